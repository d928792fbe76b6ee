/**
 * What a killed server has when it comes back: nothing, all that it answered (`aof`), or what it saved at times, and when
 * it was stopped in order (`rdb`).
 */
export type Persistence = 'none' | 'aof' | 'rdb'

export interface ServerOptions {
  /** @default 'none' */
  readonly persistence?: Persistence
  /** Lines of redis.conf, which come last and so count: `{ maxmemory: '10mb' }`. */
  readonly config?: Readonly<Record<string, string>>
  /** Whether it is a sentinel: one that watches others. */
  readonly isSentinel?: boolean
}

const kept: Readonly<Record<Persistence, Readonly<Record<string, string>>>> = {
  none: { save: '', appendonly: 'no', 'rdb-del-sync-files': 'yes' },
  aof: { save: '', appendonly: 'yes', appendfsync: 'always', 'auto-aof-rewrite-percentage': '0' },
  rdb: { appendonly: 'no' },
}

/** A redis.conf. */
export function configuration(port: number, data: string, { persistence = 'none', config }: ServerOptions): string {
  const lines = {
    bind: '127.0.0.1',
    port: String(port),
    dir: data,
    // A replica does not wait for others that may come.
    'repl-diskless-sync-delay': '0',
    ...kept[persistence],
    ...config,
  }
  return Object.entries(lines)
    .map(([name, value]) => `${name} ${value || '""'}\n`)
    .join('')
}
