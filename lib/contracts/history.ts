import type { Observable } from 'rxjs'
import type { CommandCompletion, Snapshot } from '../flushout.ts'

/** Where a replica stands, always at the end of a batch: how many commands, and the mark of the last batch. */
export interface Position {
  readonly count: number
  readonly mark: string
}

/** What became of the commands of one flush, by seq; what is not named was taken as it was sent. */
export interface Outcome {
  readonly rejected?: readonly { readonly seq: number; readonly code: string; readonly reason: string }[]
  readonly rewritten?: readonly { readonly seq: number; readonly props: unknown }[]
  readonly renamed?: readonly { readonly seq: number; readonly id: string }[]
}

/** Kept per client: its last seq, and what became of its last flush. `hashes` are of the commands `first … seq`. */
export interface ClientRecord {
  readonly seq: number
  readonly first: number
  readonly position: Position
  readonly outcome: Outcome
  readonly hashes: readonly string[]
}

/** How much a history keeps behind its newest snapshot. */
export interface Retention {
  /**
   * Batches: so many commands, and at most as many batches, as an empty one takes its place too. For those who come with
   * an older position.
   */
  readonly commands: number
  /**
   * Records of clients: so many commands, or batches, since the client's last one, and never less than the batches. For
   * those whose flush was under way when they went away.
   */
  readonly records: number
}

/** One flush of one client as it was appended: the seqs `after + 1 … last`, less the rejected, are its completions. */
export interface Batch {
  /** The random name of this attempt, and the name of the batch it follows. */
  readonly mark: string
  readonly follows: string
  /** The commandCount it begins at. */
  readonly from: number
  /** Where its sender stood when it first sent these commands; absent where nobody ever sends them again. */
  readonly sentFrom?: Position
  readonly completions: readonly CommandCompletion[]
  /** How many bytes the completions take at most, encoded; absent where older hosts wrote it, and whoever reads them counts. */
  readonly bytes?: number
  readonly client: string
  /** The subject that sent it; client and subject together name a record. */
  readonly by: string
  /** Milliseconds since 1970 by the host's clock. */
  readonly at: number
  readonly after: number
  readonly last: number
  readonly outcome: Outcome
  readonly hashes: readonly string[]
}

/**
 * How a batch stands to its client's record (`seq`, 0 where there is none), as the batches before it in the same append
 * leave it: it `fits` where `after` is `seq`, leaves a `gap` where `after` is above it, and was `seen`, all of it or a
 * part, where `after` is below it; then a seq that both know with another hash is a `conflict`. A client without a
 * record may have had one that is forgotten: its batch is `expired` where `sentFrom` lies below the highest count at
 * which a forgotten record was last used. So is any batch that does not follow from this history: with a `sentFrom`
 * above 0 that is not held although the batches reach back so far. What was `seen` is seen all the same. A history that
 * begins above 0 has forgotten all records below.
 */
export type Verdict = 'fits' | 'seen' | 'gap' | 'expired' | 'conflict'

/** What came of an append that was answered. */
export type AppendResult =
  | { readonly type: 'appended' }
  /** Another append came first. `head` is absent where there is no history at all. */
  | { readonly type: 'not_at_head'; readonly head: Position | undefined }
  /** Nothing was appended; one verdict per batch, with the record it was measured by. */
  | {
      readonly type: 'refused'
      readonly verdicts: readonly { readonly verdict: Verdict; readonly record: ClientRecord | undefined }[]
    }

/**
 * The ordered batches of one document, shared by every host that serves it. A host is the only caller. A rejected
 * promise means *unknown*: the write may still happen, so ask `record` before anything else. Everything read or
 * answered is durable in the class that was asked for. Whoever is handed something neither changes it nor expects it to
 * change.
 *
 * A position is held where a batch that is held ends, or where the oldest of them begins; the head and the position of
 * the newest snapshot always are. Batches without completions share a count, and are ordered all the same.
 */
export interface History {
  /** The newest snapshot and its position; `undefined` where nothing was ever appended. */
  load(): Promise<{ readonly snapshot: Snapshot<object>; readonly position: Position } | undefined>
  /**
   * All or nothing, in one atomic step with the records, in order: `position` must be the head (asked first, then the
   * verdicts). A history begins with its first append, at any count: `initial` is stored at `position` in the same step,
   * and only where there is none yet (of two hosts that try, the first wins). With no batches it does nothing else.
   * Where the first batch does not follow `position`, or another the one before it, the caller is wrong: a `TypeError`,
   * and nothing is written.
   */
  append(position: Position, batches: readonly Batch[], initial?: object): Promise<AppendResult>
  /** What is known of a client at the head, and the head. */
  record(
    client: string,
    by: string,
  ): Promise<{ readonly record: ClientRecord | undefined; readonly head: Position | undefined }>
  /**
   * Keeps a snapshot, and then at most as much behind it as `retention` says, each option of which the adapter has a
   * default for; never trims a batch behind the newest snapshot. A record is forgotten in one step with the trace that it
   * leaves, and only where no append used it meanwhile; what could not be forgotten now is with a later snapshot. An
   * older snapshot than the newest is ignored, the same again is `saved`; a position not held is `regressed`.
   */
  save(position: Position, document: object, retention?: Partial<Retention>): Promise<'saved' | 'older' | 'regressed'>
  /**
   * Every batch after `position`: the past, in pages, then live, in order, each once, without a seam. Cold; never
   * completes by itself; waits where no history has begun; errors with `regressed` where the position is not held,
   * with `history_trimmed` where the batches behind it are gone, which may happen at any time.
   */
  read(position: Position): Observable<Batch>
}

/** Keeps histories outside the process, or in its memory. */
export interface HistoryAdapter {
  /** The history of a document, by its id (`list/shopping`; any text). Equal ids give the same history. */
  open(id: string): History
  /**
   * Publish and subscribe between hosts, for what is ephemeral: nothing is kept, nothing is promised. How far it
   * reaches is the adapter's: one that is shared, or one store.
   */
  channel(name: string): { publish(message: unknown): void; readonly messages$: Observable<unknown> }
  /**
   * Finishes what is under way and frees everything. Idempotent. From then on every method rejects and every stream
   * errors with `closed`, those that run too.
   */
  close(): Promise<void>
}
