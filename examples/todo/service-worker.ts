/** What the pages are made of, put here by the build: where each file is, and the hash of what is in it. */
declare const builtPages: {
  readonly version: string
  readonly files: readonly { readonly url: string; readonly integrity: string }[]
}

/** The part of a service worker's own names that is used here; the DOM's types do not have them. */
interface Scope {
  readonly location: Location
  skipWaiting(): Promise<void>
  addEventListener(type: 'install' | 'activate', listener: (event: Lasting) => void): void
  addEventListener(type: 'fetch', listener: (event: Fetching) => void): void
  addEventListener(type: 'message', listener: (event: MessageEvent<unknown>) => void): void
}
interface Lasting {
  waitUntil(work: Promise<unknown>): void
}
interface Fetching {
  readonly request: Request
  respondWith(response: Promise<Response>): void
}

const worker = self as unknown as Scope
const { version, files } = builtPages
const named = 'millrace-pages-'
const name = named + version
const known = new Set(files.map(({ url }) => url))
const served = new Set(['/health', '/cluster'])

// With their hashes: files of another version, on a server that is being replaced, are none of this one.
const fill = async () => {
  const cache = await caches.open(name)
  await cache.addAll(files.map(({ url, integrity }) => new Request(url, { integrity, cache: 'no-cache' })))
}

const removeOthers = async () => {
  const others = (await caches.keys()).filter((other) => other.startsWith(named) && other !== name)
  await Promise.all(others.map((other) => caches.delete(other)))
}

/** What the server answers a path with, where that is one of the files: every path that may be a list is the one page. */
function fileAt({ url, mode }: Request): string | undefined {
  const { origin, pathname } = new URL(url)
  if (origin !== worker.location.origin) return undefined
  if (known.has(pathname)) return pathname
  const isPage = mode === 'navigate' && !served.has(pathname) && !pathname.startsWith('/assets/')
  return isPage ? '/' : undefined
}

const answer = async (file: string, request: Request): Promise<Response> =>
  (await caches.match(file, { cacheName: name })) ?? fetch(request)

worker.addEventListener('install', (event) => event.waitUntil(fill()))
worker.addEventListener('activate', (event) => event.waitUntil(removeOthers()))
worker.addEventListener('fetch', (event) => {
  const file = event.request.method === 'GET' ? fileAt(event.request) : undefined
  if (file !== undefined) event.respondWith(answer(file, event.request))
})
// Until a page asks for it, the pages that are open keep the version that they began with.
worker.addEventListener('message', ({ data }) => {
  if (data === 'take over') void worker.skipWaiting()
})
