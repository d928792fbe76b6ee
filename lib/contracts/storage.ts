/** One thing that is kept, under a key of its document. */
export interface Entry {
  readonly key: string
  readonly value: string
}

/** What a key is to hold from now on, or has to hold for a write to happen; `undefined` where it is not there. */
export interface Change {
  readonly key: string
  readonly value: string | undefined
}

/**
 * Keeps a client's documents and what waits in them over a restart: small texts under keys, per document. Several tabs
 * or processes may use one at the same time. What the texts mean is the client's; a storage keeps them as they are.
 * Document ids and keys are any text; values may hold megabytes.
 *
 * Calls about one document take effect in the order in which they were made. One that finds something damaged rejects
 * with `storage_damaged` and does nothing else: what is damaged was put aside, under the name in `data.aside`, and from
 * then on everything is kept that is intact. It is told once, to whoever comes upon it first.
 */
export interface Storage {
  /** What is kept of a document under keys that begin with `prefix`, in the order of the keys (by UTF-16 code units). */
  read(document: string, prefix: string): Promise<readonly Entry[]>
  /**
   * Writes all changes or none, in one atomic step, if every key of `expected` holds just that value then. Of several
   * changes of one key the last counts. Once it resolves with `true` they survive a crash of the page or process.
   * `false` where something expected does not hold: nothing was written. A rejection (`storage_full`, `storage_failed`)
   * means that nothing was written, too; one with `storage_unknown` that it cannot be said.
   */
  write(document: string, expected: readonly Change[], changes: readonly Change[]): Promise<boolean>
  /**
   * Takes a name until it is let go by the function that comes back, or its holder dies: its page was closed, its
   * process killed. `undefined` where another holds it, or where the platform cannot tell; nobody waits. One storage may
   * hold a name once. Others may take it soon after it was let go.
   */
  hold(name: string): Promise<(() => void) | undefined>
  /** Finishes what is under way, lets go of every name and frees everything. Idempotent; from then on all rejects with `closed`. */
  close(): Promise<void>
}
