import { MillraceError, type ServerMessage, type Transport } from 'millrace'
import {
  defer,
  filter,
  finalize,
  fromEvent,
  ignoreElements,
  map,
  merge,
  switchMap,
  takeUntil,
  tap,
  throwError,
  timeout,
} from 'rxjs'

const lost = (reason: string) => new MillraceError('connection_lost', reason)

/** Reaches a host behind `serveWebSockets`. Node 20 has no WebSocket: hand in one of `ws`. */
export const webSocketTransport =
  (url: string, { silence = 30_000, open = (to: string) => new WebSocket(to) } = {}): Transport =>
  (outgoing) =>
    defer(() => {
      const socket = open(url)
      // What went wrong is told by the close that follows.
      socket.onerror = () => {}
      // An empty text says that the line still carries: pages are not shown the pings of a server.
      const opened = fromEvent(socket, 'open').pipe(map(() => ({ data: '' })))
      const heard = merge(opened, fromEvent<MessageEvent<string>>(socket, 'message')).pipe(
        timeout({ each: silence, with: () => throwError(() => lost(`${url} is silent.`)) }),
        filter(({ data }) => data !== ''),
        map(({ data }): ServerMessage => JSON.parse(data)),
      )
      const said = opened.pipe(
        switchMap(() => outgoing),
        tap((message) => socket.send(JSON.stringify(message))),
        ignoreElements(),
      )
      const closed = fromEvent<CloseEvent>(socket, 'close').pipe(
        tap(({ code }) => {
          if (code !== 1000) throw lost(`${url} closed with ${code}.`)
        }),
      )
      return merge(heard, said).pipe(
        takeUntil(closed),
        finalize(() => socket.close()),
      )
    })
