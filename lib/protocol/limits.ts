/** What a host takes. Announced in `welcome`; each has a finite default. */
export interface Limits {
  /** Bytes of one flush, encoded. @default 1_000_000 */
  readonly flushBytes: number
  /** Commands of one flush. @default 1_000 */
  readonly flushCommands: number
  /** Levels of a value. @default 64 */
  readonly depth: number
  /** Segments of a path. @default 32 */
  readonly path: number
  /** Characters of a key, an id or a path's segment. @default 1_024 */
  readonly key: number
  /** Bytes of a document, encoded. @default 16_000_000 */
  readonly documentBytes: number
  /** Documents open in one session. @default 100 */
  readonly documents: number
  /** Clients of one document in one session. @default 100 */
  readonly clients: number
  /** Sessions of a host. @default 10_000 */
  readonly sessions: number
  /** Messages of one session that wait to be looked at. @default 1_000 */
  readonly waitingMessages: number
  /** Milliseconds until `hello`, and for each of authenticate, authorize and beforeFlush. @default 10_000 */
  readonly answerTime: number
}

/** What a host takes unless it is told otherwise. */
export const defaultLimits: Limits = {
  flushBytes: 1_000_000,
  flushCommands: 1_000,
  depth: 64,
  path: 32,
  key: 1_024,
  documentBytes: 16_000_000,
  documents: 100,
  clients: 100,
  sessions: 10_000,
  waitingMessages: 1_000,
  answerTime: 10_000,
}
