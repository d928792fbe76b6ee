import type { Socket } from 'socket.io-client'
import { MillraceError } from '../../lib/errors.ts'

/** The line never came up. `cause` is what socket.io gave with `connect_error`. */
export function notConnected(socket: Socket, cause: unknown): MillraceError {
  const reason = [textOf(cause), textOf(field(cause, 'description'))].filter(Boolean).join(', ')
  return lost('No connection to', socket, reason || 'unknown reason', cause)
}

/** The line broke. `reason` and `details` are what socket.io gave with `disconnect`. */
export function disconnected(socket: Socket, reason: string, details: unknown): MillraceError {
  return lost(
    'Lost the connection to',
    socket,
    saysTooLarge(details) ? 'it refused a message as too large' : reason,
    details,
  )
}

function lost(what: string, socket: Socket, reason: string, cause: unknown): MillraceError {
  // socket.io writes the parts of its URL there once it connects.
  const { hostname, port, secure } = socket.io.opts
  const where = hostname === undefined ? 'the host' : `${secure === true ? 'https' : 'http'}://${hostname}:${port}`
  return new MillraceError('connection_lost', `${what} ${where}: ${reason}.`, { where, reason }, cause)
}

/** engine.io closes a WebSocket with 1009 and answers a POST with 413. */
function saysTooLarge(details: unknown): boolean {
  return field(field(details, 'context'), 'code') === 1009 || field(details, 'description') === 413
}

function textOf(error: unknown): string {
  const message = field(error, 'message')
  return typeof message === 'string' ? message : ''
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}
