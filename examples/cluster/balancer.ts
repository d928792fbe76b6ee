import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** Whoever a request may go to. */
export interface Target {
  readonly url: string
}

/**
 * Passes requests on to the targets of the moment, one after the other, and WebSockets by a round of their own: so two that
 * open one after the other are at two targets, whatever was fetched in between.
 */
export class Balancer {
  readonly #targets: () => readonly Target[]
  readonly #lines = new Set<Duplex>()
  #requests = 0
  #sockets = 0

  constructor(targets: () => readonly Target[]) {
    this.#targets = targets
  }

  /** Passes on a request, which is answered when the target answers it: a long poll may take its time. */
  readonly answer: RequestListener = (request, response) => void this.#answer(request, response)

  /** Passes on a request that becomes a line of another protocol. */
  readonly upgrade = (request: IncomingMessage, line: Duplex, head: Buffer): void =>
    void this.#upgrade(request, line, head)

  /** Cuts the lines; requests end with their server. */
  close(): void {
    for (const line of this.#lines) line.destroy()
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const socket = await reach(inTurn(this.#targets(), this.#requests++))
    if (!socket) return refuse(response, 503, 'No host is well.')
    if (response.destroyed) return void socket.destroy()
    const passed = httpRequest({
      createConnection: () => socket,
      method: request.method,
      path: request.url,
      headers: { ...request.headers, 'x-forwarded-for': request.socket.remoteAddress, connection: 'close' },
    })
    response.on('close', () => passed.destroy())
    passed.on('error', () => refuse(response, 502, 'The host went away.'))
    passed.on('response', (answer: IncomingMessage) => {
      const { connection: _, 'keep-alive': __, 'transfer-encoding': ___, ...headers } = answer.headers
      response.writeHead(answer.statusCode ?? 502, headers)
      answer.on('error', () => response.destroy())
      answer.pipe(response)
    })
    request.pipe(passed)
  }

  async #upgrade({ method, url, rawHeaders }: IncomingMessage, line: Duplex, head: Buffer): Promise<void> {
    // Before anything is waited for: one that breaks meanwhile would end the process.
    line.on('error', () => undefined)
    const socket = await reach(inTurn(this.#targets(), this.#sockets++))
    if (!socket) return void line.end('HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\n\r\n')
    if (line.destroyed) return void socket.destroy()
    this.#lines.add(line)
    socket.on('close', () => line.destroy())
    line.on('close', () => {
      this.#lines.delete(line)
      socket.destroy()
    })
    socket.write(`${method} ${url} HTTP/1.1\r\n${headerLines(rawHeaders)}\r\n`)
    socket.write(head)
    socket.pipe(line).pipe(socket)
  }
}

/** All, from the one whose turn it is. */
function inTurn(targets: readonly Target[], turn: number): Target[] {
  const next = turn % Math.max(1, targets.length)
  return [...targets.slice(next), ...targets.slice(0, next)]
}

/** A connection to the first that takes one; nothing was said to the others. */
async function reach([target, ...others]: readonly Target[]): Promise<Socket | undefined> {
  if (!target) return undefined
  const { hostname, port } = new URL(target.url)
  const socket = connect({ host: hostname, port: Number(port || 80), noDelay: true })
  try {
    await once(socket, 'connect')
  } catch {
    return reach(others)
  }
  // Whoever uses it is told by its end.
  socket.on('error', () => undefined)
  return socket
}

function headerLines(raw: readonly string[]): string {
  let lines = ''
  for (let i = 0; i < raw.length; i += 2) lines += `${raw[i]}: ${raw[i + 1]}\r\n`
  return lines
}

function refuse(response: ServerResponse, status: number, why: string): void {
  if (response.headersSent) return void response.destroy()
  response.writeHead(status, { 'content-type': 'text/plain', 'cache-control': 'no-store' }).end(`${why}\n`)
}
