import type { Position } from '../contracts/history.ts'
import type { OnLostHistory } from './lost-history.ts'

/** What happens at a host that no client is told. */
export type HostEvent =
  | { readonly type: 'document_opened' | 'document_closed'; readonly document: string }
  | {
      readonly type: 'save_failed' | 'append_unknown' | 'history_unavailable'
      readonly document: string
      readonly reason: string
    }
  /** An alarm: the history no longer holds the `position` that this host had, and `action` is what is done about it. */
  | {
      readonly type: 'history_lost'
      readonly document: string
      readonly reason: string
      readonly position: Position
      readonly action: OnLostHistory
    }
  /** It is served again, from what is there or from the copy of that position. */
  | {
      readonly type: 'history_recovered'
      readonly document: string
      readonly how: Exclude<OnLostHistory, 'stop'>
      readonly position: Position
    }
  | { readonly type: 'failed'; readonly error: unknown }
