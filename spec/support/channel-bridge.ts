import { channelOf } from '../../transports/broadcast-channel/frames.ts'

type Direction = 'to host' | 'to client'

/** A line between two names of channels: clients speak on one, the host on the other, and it can fall silent. */
export interface ChannelBridge {
  /** The sessions that there are now hear nothing more, in one direction or both, and are not told so. */
  silence(...directions: readonly Direction[]): void
  close(): void
}

interface Way {
  readonly session: string
  readonly from: BroadcastChannel
  readonly to: BroadcastChannel
  readonly direction: Direction
}

export function channelBridge(near: string, far: string): ChannelBridge {
  const lobbies = [new BroadcastChannel(near), new BroadcastChannel(far)] as const
  let ways: readonly Way[] = []

  function close(session: string): void {
    const theirs = ways.filter((way) => way.session === session)
    ways = ways.filter((way) => way.session !== session)
    for (const { from } of theirs) from.close()
  }

  function carry(way: Way): void {
    way.from.onmessage = ({ data }) => {
      if (ways.some(({ session }) => session === way.session)) way.to.postMessage(data)
      if (data.type === 'end' || data.type === 'lost') close(way.session)
    }
  }

  function open(session: string): void {
    if (ways.some((way) => way.session === session)) return
    const [here, there] = [near, far].map((name) => new BroadcastChannel(channelOf(name, session)))
    if (!here || !there) return
    const both: readonly Way[] = [
      { session, from: here, to: there, direction: 'to host' },
      { session, from: there, to: here, direction: 'to client' },
    ]
    ways = [...ways, ...both]
    both.forEach(carry)
  }

  lobbies.forEach((lobby, index) => {
    lobby.onmessage = ({ data }) => {
      if (data.type === 'call') open(data.session)
      lobbies[1 - index]?.postMessage(data)
    }
  })
  return {
    silence(...directions) {
      for (const way of ways) if (directions.includes(way.direction)) way.from.onmessage = null
    },
    close() {
      for (const { session } of ways) close(session)
      for (const lobby of lobbies) lobby.close()
    },
  }
}
