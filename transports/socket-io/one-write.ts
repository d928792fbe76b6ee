import type { Writable } from 'node:stream'
import type { Subscription } from 'rxjs'
import type { Socket } from 'socket.io'
import { webSocketIn } from './web-socket.ts'

/**
 * Packets that a connection sends together go to the operating system together. Each write costs it more than all that
 * is done for a packet before, and a WebSocket makes one for each.
 */
export function writeTogether(connection: Socket['conn'], lifetime: Subscription): void {
  let held: Writable | undefined

  // engine.io announces what it sends, and says when it has: with nothing in between.
  function onFlush({ length }: readonly unknown[]): void {
    if (length < 2) return
    held = lineOf(connection)
    held?.cork()
  }

  function onDrain(): void {
    held?.uncork()
    held = undefined
  }

  connection.on('flush', onFlush).on('drain', onDrain)
  lifetime.add(() => {
    connection.off('flush', onFlush).off('drain', onDrain)
    onDrain()
  })
}

/** What a WebSocket of Node writes to, which `ws` keeps to itself. */
function lineOf({ transport }: Socket['conn']): Writable | undefined {
  const webSocket = webSocketIn(transport, 'socket')
  const line: Partial<Writable> | undefined | null = webSocket && Reflect.get(webSocket, '_socket')
  return typeof line?.cork === 'function' ? (line as Writable) : undefined
}
