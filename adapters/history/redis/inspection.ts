/**
 * What an append that was answered survives, and whatever was shown to anybody.
 *
 * - `accepted`: the server has it. What a crash of the server takes depends on its `appendfsync`, what a failover takes
 *   on how far its replicas are behind.
 * - `replicated`: so many replicas have it too, so a failover to one of them loses nothing.
 * - `synced`: the server has it on its disk (`WAITAOF`, Redis 7.2 and above with `appendonly yes`).
 */
export type Durability =
  | { readonly class: 'accepted' }
  | { readonly class: 'replicated'; readonly replicas?: number; readonly within?: number }
  | { readonly class: 'synced'; readonly within?: number }

/** What a server says of itself, as far as histories depend on it. */
export interface Inspected {
  /** Why nothing is kept there, if so. */
  readonly refusal?: string
  /** What may cost histories what was asked for to be kept. */
  readonly warnings: readonly string[]
}

/** Looks at what `INFO` answers. */
export function inspect(info: string, durability: Durability): Inspected {
  const of = new Map(info.split('\r\n').map((line) => line.split(':', 2) as [string, string]))
  const version = of.get('redis_version') ?? '0'
  const isAppendOnly = of.get('aof_enabled') === '1'
  const evicts = of.get('maxmemory_policy')?.startsWith('allkeys') && of.get('maxmemory') !== '0'
  const warnings: string[] = []

  if (evicts) {
    const what = `deletes any key when it is full (maxmemory-policy ${of.get('maxmemory_policy')}), and histories with it`
    if (durability.class !== 'accepted') return { refusal: `It ${what}: set noeviction.`, warnings }
    warnings.push(`It ${what}: set noeviction.`)
  }
  if (isBefore(version, 6, 2)) return { refusal: `It is Redis ${version}; histories need 6.2 or above.`, warnings }
  if (durability.class === 'synced' && isBefore(version, 7, 2))
    return { refusal: `It is Redis ${version}, which cannot say what is on its disk: 'synced' needs 7.2.`, warnings }
  if (durability.class === 'synced' && !isAppendOnly)
    return { refusal: "It has no append-only file: 'synced' needs appendonly yes.", warnings }
  if (!isAppendOnly) {
    warnings.push('It has no append-only file: a restart takes what came after its last dump, or everything.')
    if (durability.class === 'replicated')
      warnings.push(
        'A master that restarts so and stays master takes it from its replicas too: set appendonly yes on all.',
      )
  }
  return { warnings }
}

function isBefore(version: string, major: number, minor: number): boolean {
  const [itsMajor = 0, itsMinor = 0] = version.split('.').map(Number)
  return itsMajor < major || (itsMajor === major && itsMinor < minor)
}
