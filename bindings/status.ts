import { combineLatest, map, type Observable } from 'rxjs'
import type { LineStatus } from '../lib/client/line.ts'
import type { DocumentStatus } from '../lib/client/opening.ts'

/** How a document stands to its host, and whether all that was done here is safe there. */
export type SavedStatus = DocumentStatus & {
  /** How many commands the host has not answered for. */
  readonly pending: number
  /** Whether there is none. */
  readonly saved: boolean
}

/** A document with its host, as a ConnectedProxy is one. */
export interface Connected {
  readonly status$: Observable<DocumentStatus>
  readonly pending$: Observable<number>
}

/** A connection, as a Client has one. */
export interface Connecting {
  readonly status$: Observable<LineStatus>
}

/** What there is to tell: of a document how it is saved, of a client how its line is. */
export type StatusOf<S> = S extends Connected ? SavedStatus : LineStatus

/** How it stands now and whenever that changed. */
export const statusOf = <S extends Connected | Connecting>(source: S): Observable<StatusOf<S>> =>
  ('pending$' in source ? savedStatus(source) : source.status$) as Observable<StatusOf<S>>

const savedStatus = ({ status$, pending$ }: Connected): Observable<SavedStatus> =>
  combineLatest([status$, pending$]).pipe(map(([status, pending]) => ({ ...status, pending, saved: pending === 0 })))
