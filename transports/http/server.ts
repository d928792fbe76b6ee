import type { IncomingMessage, ServerResponse } from 'node:http'
import { defaultIfEmpty, firstValueFrom, fromEvent, Observable, takeUntil } from 'rxjs'
import type { SessionSource } from '../../lib/contracts/transport.ts'
import { defaultBodyTime, edgeOf, type ServeHttpOptions, type Visit } from './edge.ts'
import { emptyReply, type Reply } from './reply.ts'

export type { ServeHttpOptions } from './edge.ts'

/**
 * Serves a host to whoever posts to where it is mounted: a request listener of `node:http`, which Express takes as
 * middleware too. The host learns the request, as `request`.
 *
 * ```ts
 * createServer(httpListener(host, { origins: ['https://app.example'] })).listen(8080)
 * ```
 *
 * Nothing of a client is kept between its requests, so each may go to another host of the same history. A request that
 * is aborted frees what waits for it at once. Closing the host answers all that wait.
 */
export function httpListener(
  source: SessionSource,
  options: ServeHttpOptions = {},
): (request: IncomingMessage, response: ServerResponse) => void {
  const edge = edgeOf(source, options)
  const { bodyTime = defaultBodyTime } = options
  return (request, response) => {
    const answering = edge(visitOf(request)).subscribe((reply) => send(response, reply, bodyTime))
    response.on('close', () => answering.unsubscribe())
  }
}

/**
 * The same for what speaks in `Request` and `Response`: Hono, Bun, Deno, workers.
 *
 * ```ts
 * const handle = httpHandler(host)
 * export default { fetch: (request: Request) => handle(request) }
 * ```
 */
export function httpHandler(
  source: SessionSource,
  options: ServeHttpOptions = {},
): (request: Request) => Promise<Response> {
  const edge = edgeOf(source, options)
  return async (request) => {
    const replied = edge(visitOfWeb(request)).pipe(
      takeUntil(fromEvent(request.signal, 'abort')),
      defaultIfEmpty(emptyReply(499, {})),
    )
    const { status, headers, body } = await firstValueFrom(replied)
    return new Response(body === '' ? null : body, { status, headers })
  }
}

function send(response: ServerResponse, { status, headers, body }: Reply, stallTime: number): void {
  // Who takes nothing of an answer frees it.
  response.setTimeout(stallTime, () => response.destroy())
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body)
}

function visitOf(request: IncomingMessage & { readonly body?: unknown }): Visit {
  const chunks = new Observable<Uint8Array>((subscriber) => {
    const take = (chunk: Uint8Array) => subscriber.next(chunk)
    const end = () => subscriber.complete()
    subscriber.add(() => request.off('data', take).off('end', end).pause())
    request.on('data', take).on('end', end)
  })
  return {
    method: request.method ?? '',
    header: (name) => textOf(request.headers[name] ?? (name === 'host' ? request.headers[':authority'] : undefined)),
    chunks,
    ...(request.readableEnded && { parsed: request.body }),
    request,
  }
}

const textOf = (header: string | string[] | undefined): string | undefined =>
  Array.isArray(header) ? header.join(', ') : header

function visitOfWeb(request: Request): Visit {
  return {
    method: request.method,
    header: (name) => request.headers.get(name) ?? undefined,
    chunks: chunksOf(request.body),
    request,
  }
}

function chunksOf(body: ReadableStream<Uint8Array> | null): Observable<Uint8Array> {
  return new Observable((subscriber) => {
    if (!body) return subscriber.complete()
    const reader = body.getReader()
    subscriber.add(() => void reader.cancel().catch(() => undefined))
    const pull = async (): Promise<void> => {
      for (;;) {
        const { done, value } = await reader.read()
        if (done || subscriber.closed) return subscriber.complete()
        subscriber.next(value)
      }
    }
    pull().catch((error: unknown) => subscriber.error(error))
  })
}
