import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Observable } from 'rxjs'
import { pages } from '../serve/pages.ts'
import type { ClusterState } from './state.ts'

/** What the page may do to a host. */
export interface Process {
  kill(): void
  start(): void
}

/** Where the page is, and what it is told and asks for. */
const page = '/cluster'
const command = /^\/cluster\/hosts\/(\d)\/(kill|start)$/

/**
 * Answers what the page of the cluster asks for; what is not its own it leaves to `others`. It has power over those
 * hosts whose processes are handed in, in their order.
 */
export function control(
  folder: string,
  state$: Observable<ClusterState>,
  processes: readonly Process[],
  others: RequestListener,
): RequestListener {
  const built = pages(folder, {}, { [page]: 'cluster/page/index.html' })

  function obey(request: IncomingMessage, response: ServerResponse, [, host, what]: RegExpExecArray): void {
    // Pages of others may post here, too.
    const isOwn = (request.headers['sec-fetch-site'] ?? 'same-origin') === 'same-origin'
    const process = processes[Number(host)]
    if (!process || !isOwn || request.method !== 'POST') return void response.writeHead(403).end()
    process[what as keyof Process]()
    response.writeHead(204).end()
  }

  return (request, response) => {
    const [path = '/'] = (request.url ?? '/').split('?')
    if (path === `${page}/state`) return tell(state$, response)
    const asked = command.exec(path)
    if (asked) return obey(request, response, asked)
    // The todo page loads its parts by these names, and they are the same here.
    if (path === page || path.startsWith('/assets/')) return built(request, response)
    others(request, response)
  }
}

/** Tells each state, as events of a server, for as long as somebody listens. */
function tell(state$: Observable<ClusterState>, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  const telling = state$.subscribe((state) => response.write(`data: ${JSON.stringify(state)}\n\n`))
  response.on('close', () => telling.unsubscribe())
}
