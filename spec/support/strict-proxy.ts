import { once } from 'node:events'
import { createServer, type IncomingMessage, request } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { BehaviorSubject, type Observable } from 'rxjs'

/** What becomes of those who ask for a WebSocket: as companies do it, as hotels do it, and as bad boxes do it. */
export type Strictness = 'answers 403' | 'cuts the line' | 'says nothing'

/** A proxy between pages and a server, which lets requests pass and may let no WebSocket pass. */
export interface StrictProxy {
  readonly url: string
  /** How many WebSockets go through, now and whenever that changes. */
  readonly webSockets$: Observable<number>
  /** Ends the WebSockets that there are, and lets none begin. */
  block(how: Strictness): void
  allow(): void
  close(): Promise<void>
}

/** Passes HTTP on to a port of this machine. */
export async function strictProxy(port: number): Promise<StrictProxy> {
  const through = new Set<Socket>()
  const others = new Set<Socket>()
  const webSockets$ = new BehaviorSubject(0)
  let strictness: Strictness | undefined

  function keep(sockets: Set<Socket>, socket: Socket): void {
    const count = () => webSockets$.next(through.size)
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket) && count())
    count()
  }

  function refuse(client: Socket): void {
    keep(others, client)
    if (strictness === 'answers 403') client.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n')
    if (strictness === 'cuts the line') client.destroy()
  }

  function pass(asked: IncomingMessage, client: Socket, begun: Buffer): void {
    const upstream = connect({ host: '127.0.0.1', port })
    keep(through, client)
    keep(others, upstream)
    client.on('close', () => upstream.destroy())
    upstream.on('close', () => client.destroy())
    upstream.write(`${asked.method} ${asked.url} HTTP/1.1\r\n${headersOf(asked)}\r\n`)
    upstream.write(begun)
    client.pipe(upstream).pipe(client)
  }

  const server = createServer((asked, answer) => {
    const { method = 'GET', url = '/', headers } = asked
    const passed = request({ host: '127.0.0.1', port, method, path: url, headers }, (answered) => {
      answer.writeHead(answered.statusCode ?? 502, answered.headers)
      answered.pipe(answer)
    })
    passed.on('error', () => answer.destroy())
    answer.on('close', () => passed.destroy())
    asked.pipe(passed)
  })
  server.on('upgrade', (asked, client: Socket, begun) => {
    if (strictness === undefined) pass(asked, client, begun)
    else refuse(client)
  })
  server.listen(0)
  await once(server, 'listening')

  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    webSockets$,
    block(how) {
      strictness = how
      for (const socket of through) socket.destroy()
    },
    allow() {
      strictness = undefined
    },
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      for (const socket of [...through, ...others]) socket.destroy()
      await closed
    },
  }
}

/** As they came. */
function headersOf({ rawHeaders }: IncomingMessage): string {
  let lines = ''
  for (let i = 0; i < rawHeaders.length; i += 2) lines += `${rawHeaders[i]}: ${rawHeaders[i + 1]}\r\n`
  return lines
}
