import type { Server, Socket } from 'socket.io'
import type { ServerMessage } from '../../lib/protocol/messages.ts'
import { messageEvent } from './event.ts'

/** Where messages go. */
export interface Line {
  readonly socket: Socket
  /** The group that this line is in the last. Kept by the fan-out. */
  group: number
  /** A message was handed to socket.io. */
  sent(message: ServerMessage): void
  /** A message could not be encoded. */
  failed(error: unknown): void
}

export interface FanOut {
  send(line: Line, message: ServerMessage): void
  /** Hands all that was sent to socket.io, now. */
  flush(): void
}

interface Group {
  readonly number: number
  readonly message: ServerMessage
  readonly lines: Line[]
}

/**
 * Encodes a message once for all lines that are sent the same object in one turn: they are gathered until its end, and
 * socket.io broadcasts to them. Each line keeps its order: it joins a group only behind its last one, whatever others
 * are sent in between.
 */
export function createFanOut(server: Server): FanOut {
  const waiting = new Set<Group>()
  const open = new Map<ServerMessage, Group>()
  let groups = 0

  function begin(message: ServerMessage): Group {
    const group: Group = { number: ++groups, message, lines: [] }
    if (waiting.size === 0) queueMicrotask(flush)
    waiting.add(group)
    open.set(message, group)
    return group
  }

  function send(line: Line, message: ServerMessage): void {
    const current = open.get(message)
    const group = current !== undefined && current.number > line.group ? current : begin(message)
    group.lines.push(line)
    line.group = group.number
  }

  // One group at a time, off the list first: whoever is told may send or flush again.
  function flush(): void {
    for (const group of waiting) {
      waiting.delete(group)
      if (open.get(group.message) === group) open.delete(group.message)
      deliver(server, group)
    }
  }

  return { send, flush }
}

// Who has left the Server meanwhile is in none of its rooms.
function deliver(server: Server, { message, lines }: Group): void {
  try {
    const [first] = lines
    if (lines.length > 1) server.local.to(lines.map(({ socket }) => socket.id)).emit(messageEvent, message)
    else if (first?.socket.connected) first.socket.emit(messageEvent, message)
  } catch (error) {
    for (const line of lines) line.failed(error)
    return
  }
  for (const line of lines) line.sent(message)
}
