import type { Observable } from 'rxjs'
import type { ClientMessage, ServerMessage } from '../protocol/messages.ts'

/**
 * How a client reaches a host: an operator over what the client says. One subscription is one session.
 *
 * - Subscribing connects; unsubscribing disconnects and frees everything (no timer, socket or listener stays).
 * - Messages are delivered in order, both ways, each at most once, the same messages that were sent.
 * - It completes when the host ends the session, and errors with `connection_lost` when the line breaks. It never
 *   reconnects by itself and keeps nothing of a session for the next.
 * - `outgoing` is subscribed once, when the line can carry messages, or earlier with a bounded buffer; when it
 *   completes the client has said all it will, and the session goes on until unsubscribed. An error of it ends the
 *   session and comes out as it is.
 *
 * A transport that has a choice tells `via` what it took, before the first message. It may take another in the middle, and
 * begin a session there in place of the one before: it says hello again by itself, and the client begins anew at the welcome.
 */
export type Transport = (outgoing: Observable<ClientMessage>, via?: (taken: Via) => void) => Observable<ServerMessage>

/** How a transport that has a choice reaches the host. */
export interface Via {
  /** Of a ladder: the index of the transport in use, 0 for the best. */
  readonly rung?: number
  /** Of a shared one: whether this has the connection for all, goes through another that has it, or has one for itself. */
  readonly role?: 'leader' | 'follower' | 'alone'
}

/** What an edge knows of whoever connects; `request` is what the line carried (headers, address), untouched. */
export interface SessionInfo {
  readonly request?: unknown
  /** Set only by server code that vouches for it: nothing is authenticated then. */
  readonly subject?: string
  /** All that comes in is here already, as one request: every opening that a session may have comes at once. */
  readonly isWhole?: true
}

/**
 * What a server edge serves: each session is a Transport, to which the edge feeds what comes in, as it came (the
 * session checks it), and from which it sends what comes out. Sessions of one document emit the *same message object*,
 * so an edge encodes it once. An edge ends a session that takes too little by unsubscribing; it resumes by position. A
 * session that completes is ended in order, after what it said; one that errors is a lost line for the client.
 */
export interface SessionSource {
  session(info: SessionInfo): (incoming: Observable<unknown>) => Observable<ServerMessage>
  /**
   * The largest message in bytes that a client may send. A larger one never reaches the session: it is answered with
   * `invalid_message` and ends it, or, where the line cannot carry it so far, it breaks the line.
   */
  readonly maxMessageBytes: number
}
