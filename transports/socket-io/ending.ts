import { EMPTY, fromEvent, fromEventPattern, merge, type Observable, of, switchMap, takeUntil, timer } from 'rxjs'
import type { Socket } from 'socket.io-client'
import { isClosed, partingTime, type WebSocketOfNode, webSocketIn } from './web-socket.ts'

/** Ways to end what a socket holds. After either it can be connected again. */
export interface Ending {
  /** In order, and by force where the other end does not answer. */
  part(): void
  /** Drops the line: there is nobody to part from. */
  cut(): void
}

export function endingOf(socket: Socket): Ending {
  // Remembered, for engine.io forgets it when it closes it.
  let webSocket: WebSocketOfNode | undefined
  const opened = merge(socket.connected ? of(undefined) : EMPTY, fromEvent(socket, 'connect'))
  const following = opened.pipe(switchMap(() => merge(of(undefined), upgrades(socket)))).subscribe(() => {
    webSocket = webSocketIn(socket.io.engine.transport, 'ws')
  })

  return {
    part() {
      following.unsubscribe()
      socket.disconnect()
      // What socket.io held back, because the line had fallen silent, must not go out in a later session.
      socket.sendBuffer = []
      if (webSocket !== undefined && !isClosed(webSocket)) terminateUnlessClosed(webSocket)
    },
    cut() {
      webSocket?.terminate()
    },
  }
}

/** Long polling became a WebSocket. */
function upgrades({ io: { engine } }: Socket): Observable<unknown> {
  return fromEventPattern(
    (handler) => engine.on('upgrade', handler),
    (handler) => engine.off('upgrade', handler),
  )
}

function terminateUnlessClosed(webSocket: WebSocketOfNode): void {
  timer(partingTime)
    .pipe(takeUntil(fromEvent(webSocket, 'close')))
    .subscribe(() => webSocket.terminate())
}
