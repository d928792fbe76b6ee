import { Refusal } from './reply.ts'

export type Header = (name: string) => string | undefined

/** Seconds for which a browser remembers that it may: a day, of which browsers allow a part. */
const rememberFor = '86400'

/** Throws a TypeError for what no page would name itself by. */
export function checkOrigins(origins: readonly string[]): void {
  for (const origin of origins) {
    if (URL.canParse(origin) && new URL(origin).origin === origin) continue
    throw new TypeError(`origins: '${origin}' is no origin. Write it as 'https://app.example', without a path.`)
  }
}

/**
 * Which headers let the page read the answer. Programs name no origin; pages of the same origin need no permission; the
 * others must be listed. Throws a Refusal for any other.
 */
export function permission(header: Header, origins: readonly string[]): Readonly<Record<string, string>> {
  const origin = header('origin')
  if (origin === undefined) return {}
  const vary = { vary: 'Origin' }
  if (origins.includes(origin)) {
    return { ...vary, 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true' }
  }
  if (isSameOrigin(header, origin)) return vary
  throw new Refusal(403, 'refused', 'Pages of this origin may not speak with this host.', vary)
}

/** What else a browser asks before it lets a page send JSON to another origin. */
export function preflight(header: Header): Readonly<Record<string, string>> {
  const asked = header('access-control-request-headers')
  return {
    'access-control-allow-methods': 'POST',
    ...(asked !== undefined && { 'access-control-allow-headers': asked }),
    'access-control-max-age': rememberFor,
  }
}

/** The browser says so, or, where it is too old for that, the names are the same. */
function isSameOrigin(header: Header, origin: string): boolean {
  const site = header('sec-fetch-site')
  if (site !== undefined) return site === 'same-origin'
  return origin.replace(/^https?:\/\//, '') === header('host')
}
