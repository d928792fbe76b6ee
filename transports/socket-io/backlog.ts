import type { Subscription } from 'rxjs'
import type { Socket } from 'socket.io'

/** What one packet costs beside its text. */
const packetOverhead = 256

/**
 * What waits to be sent on a connection, behind what the operating system is being given already: in characters, each
 * packet counting 256 more. Kept by the events of engine.io, which announces each packet before it waits, and takes all
 * that waits at once when the line can carry more.
 */
export interface Backlog {
  readonly all: number
  /** The part that was named by `countLive`. */
  readonly live: number
  /** The last packet is one of those that come without being asked for. */
  countLive(): void
}

// Runs for every packet of every socket, so it listens without a detour, and is read without one.
export function backlogOf(connection: Socket['conn'], lifetime: Subscription): Backlog {
  let last = 0
  const backlog = {
    all: 0,
    live: 0,
    countLive() {
      if (backlog.all > 0) backlog.live += last
    },
  }

  function onPacket({ data }: { readonly data?: { readonly length: number } }): void {
    last = packetOverhead + (data?.length ?? 0)
    backlog.all += last
  }

  function onFlush(): void {
    backlog.all = 0
    backlog.live = 0
  }

  connection.on('packetCreate', onPacket).on('flush', onFlush)
  lifetime.add(() => connection.off('packetCreate', onPacket).off('flush', onFlush))
  return backlog
}
