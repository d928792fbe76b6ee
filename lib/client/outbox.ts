import type { Position } from '../contracts/history.ts'
import { completionOf } from '../document/replay.ts'
import type { CommandCompletion } from '../flushout.ts'
import { byteLength } from '../protocol/fingerprint.ts'
import { defaultLimits, type Limits } from '../protocol/limits.ts'
import type { Flush } from '../protocol/messages.ts'
import type { Pending } from '../replica/pending.ts'

/** What goes next: a flush, or the news that the first command is too large to ever go. */
export type Outgoing =
  | Pick<Flush, 'after' | 'from' | 'completions'>
  | { readonly tooLarge: Pending; readonly bytes: number }

/**
 * Numbers a client's commands and lets one flush at a time go. A command gets its seq when it is first sent; from then
 * on seq and content never change (invariants 2 and 4).
 */
export class Outbox {
  limits: Limits = defaultLimits
  /** Whether what was never sent should go. */
  wants = false
  /** The last number that was given. */
  lastSeq = 0
  /** Where the first of what was sent stood when it was first sent. */
  from: Position | undefined
  #inFlight = 0
  #most = Number.POSITIVE_INFINITY

  /** Goes on where it was left. */
  resume(lastSeq: number, from: Position | undefined): void {
    this.lastSeq = lastSeq
    this.from = from
  }

  /** The last number that was answered for, in this process or before: all that were given, but those that wait. */
  answeredFor(pending: readonly Pending[]): number {
    const sent = pending[0]?.seq ?? 0
    return sent > 0 ? sent - 1 : this.lastSeq
  }

  /** Whether the host does not know numbers that were given here and answered for: it has lost or forgotten them. */
  lacks(recorded: number, pending: readonly Pending[]): boolean {
    return recorded < this.answeredFor(pending)
  }

  /** Begins to number anew, under another name: no number means two commands, and what was said may still arrive. */
  renumber(pending: readonly Pending[]): void {
    this.lastSeq = 0
    for (const entry of pending) if (entry.seq > 0) entry.seq = ++this.lastSeq
  }

  /** Opens for a session. */
  open(recorded: number): void {
    this.lastSeq = Math.max(this.lastSeq, recorded)
  }

  /** Whatever is under way may be lost. */
  shut(): void {
    this.#inFlight = 0
  }

  /** Everything up to this seq is answered. */
  answered(seq: number): void {
    if (seq >= this.#inFlight) this.#inFlight = 0
  }

  /** The next flush, if one should go: what was sent before, or, if wanted, the rest, as much as the limits let through. */
  next(pending: readonly Pending[], position: Position): Outgoing | undefined {
    const first = pending[0]
    if (this.#inFlight > 0 || !first || !(this.wants || first.seq > 0)) return undefined
    // What was sent goes again alone: had it been taken, the record of what came along would stand in place of its own.
    const unsent = pending.findIndex(({ seq }) => seq === 0)
    const due = first.seq > 0 && unsent > 0 ? unsent : pending.length
    const completions = cut(pending, this.limits.flushBytes, Math.min(this.limits.flushCommands, this.#most, due))
    if (typeof completions === 'number') return { tooLarge: first, bytes: completions }
    if (first.seq === 0 || !this.from) this.from = position
    for (const entry of pending.slice(0, completions.length)) {
      if (entry.seq === 0) entry.seq = ++this.lastSeq
      this.#inFlight = entry.seq
    }
    if (completions.length === pending.length) this.wants = false
    return { after: first.seq - 1, from: this.from, completions }
  }

  /** The flush under way was refused as a whole: half of it goes next time. @returns how many commands it had */
  halve(pending: readonly Pending[]): number {
    const sent = pending.filter(({ seq }) => seq > 0 && seq <= this.#inFlight).length
    this.#most = sent > 1 ? Math.ceil(sent / 2) : Number.POSITIVE_INFINITY
    return sent
  }
}

/** As many from the front as fit; the size of the first, where it alone does not. */
function cut(pending: readonly Pending[], mostBytes: number, mostCommands: number): CommandCompletion[] | number {
  const completions: CommandCompletion[] = []
  let bytes = 0
  for (const entry of pending) {
    const completion = completionOf(entry) as CommandCompletion
    const size = byteLength(JSON.stringify(completion))
    if (completions.length === mostCommands || bytes + size > mostBytes)
      return completions.length > 0 ? completions : size
    completions.push(completion)
    bytes += size
  }
  return completions
}
