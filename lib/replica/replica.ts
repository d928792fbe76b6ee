import type { KeptCommand, NameSource } from '../document/actions/action.ts'
import { actionOf, pathOf, withPath } from '../document/actions/index.ts'
import { LostPlaces } from '../document/lost-places.ts'
import { leadsThrough, type Path, root, samePath } from '../document/path.ts'
import { Refusal } from '../document/refusal.ts'
import { Renames } from '../document/renames.ts'
import { applyCompleted, type Completed, mustKnow } from '../document/replay.ts'
import { type Edit, Inverse, Tree } from '../document/tree.ts'
import { Pending } from './pending.ts'
import { Ring } from './ring.ts'
import { Touched } from './touched.ts'
import { NetChange, Watchers } from './watchers.ts'

export interface State {
  readonly commandCount: number
  readonly document: object
}

/** What the other end has and this one lacks. */
export interface Change {
  /** Stands in place of everything confirmed so far. */
  readonly snapshot?: State
  /** What came first, in order; own commands as they were taken among them. */
  readonly completions: readonly Completed[]
  /** How many of the first pending are answered and leave. */
  readonly leave: number
  /** The places of creates that were refused: what leads through one is refused with it. */
  readonly refused?: readonly Path[]
}

export interface Integrated {
  /** Never sent, and they no longer apply. */
  readonly dropped: readonly { readonly entry: Pending; readonly refusal: Refusal | 'depends' }[]
  /** Pending creates whose id was taken meanwhile: the old place and the new id. */
  readonly renamed: readonly { readonly place: Path; readonly id: string }[]
}

const nothing: Integrated = { dropped: [], renamed: [] }

/** A new id, where the one proposed is taken or none is. */
export type IdSource = (attempt: number, commandCount: number) => string

/**
 * The one engine: a confirmed state, and pending commands on top of it with what takes them back. A Proxy is a replica
 * of a Master, a Master is a replica of a history.
 *
 * Invariant 1: replicas at the same count of the same history hold deeply equal documents, keys in the same order.
 * Invariant 6: what was handed out never changes.
 */
export class Replica {
  readonly pending: Pending[] = []
  readonly watchers = new Watchers()
  readonly ring = new Ring()
  #tree: Tree
  #count: number
  #aside = 0
  #touched: Touched | undefined
  #net: NetChange | undefined
  #proposed: string | undefined
  readonly #newId: IdSource

  constructor(state: State, newId: IdSource) {
    this.#tree = new Tree(state.document)
    this.#count = state.commandCount
    this.#newId = newId
  }

  get tree(): Tree {
    return this.#tree
  }

  /** How many commands are confirmed. */
  get confirmedCount(): number {
    return this.#count
  }

  /** Confirmed and pending together. Falls when a pending command is refused. */
  get commandCount(): number {
    return this.#count + this.pending.length - this.#aside
  }

  /** Adds a pending command; a refusal changes nothing. */
  apply(command: KeptCommand, proposedId?: string): Pending | Refusal {
    const action = actionOf(command)
    if (!action) return new Refusal('unsupported', `Unknown action '${command.action}'.`)
    this.#proposed = proposedId
    const entry = new Pending(command)
    const refusal = action.apply(this.#tree, command, this.#names, entry)
    if (refusal) return refusal
    if (action.creates) entry.createdId = entry.key
    this.pending.push(entry)
    this.#changed(entry.edits)
    return entry
  }

  /** The first `n` pending became history as they are: nothing is computed again. */
  confirm(n: number): Pending[] {
    this.#count += n
    return this.#leave(n)
  }

  /** The document without what is pending, to be handed out. */
  exposeConfirmed(): object {
    if (this.pending.length === 0) return this.#tree.expose(root) as object
    this.#undoFrom(0, undefined)
    this.#tree.restoreOrder()
    const document = this.#tree.expose(root) as object
    for (const entry of this.pending) if (!entry.aside) this.#tryAgain(entry)
    return document
  }

  /** Takes back all pending from index `from` on. @returns them, oldest first */
  retract(from: number): Pending[] {
    return this.ring.hold(() => {
      this.#undoFrom(from, this.#gather())
      this.#tree.restoreOrder()
      const gone = this.pending.splice(from)
      for (const { aside } of gone) if (aside) this.#aside--
      this.#touched = undefined
      return gone
    })
  }

  /** Others' commands came first: pending is undone, theirs is applied, pending is applied again. */
  integrate(change: Change): Integrated {
    mustKnow(change.completions)
    const { pending } = this
    const mayStay = !change.snapshot && change.leave === 0 && pending.length > 0 && this.#aside === 0
    return mayStay && this.#integrateOnTop(change.completions) ? nothing : this.ring.hold(() => this.#rebase(change))
  }

  #rebase({ snapshot, completions, leave, refused = [] }: Change): Integrated {
    const net = this.#gather()
    if (snapshot) {
      net?.all()
      this.#tree = new Tree(snapshot.document)
      this.#count = snapshot.commandCount
      // What would take them back belongs to the old document.
      for (const entry of this.pending) entry.forget()
    } else this.#undoFrom(0, net)
    this.#leave(leave)
    for (const completion of completions) {
      const inverse = net && new Inverse()
      applyCompleted(this.#tree, completion, inverse)
      this.#count++
      net?.made(inverse?.edits)
    }
    const integrated = this.#applyAgain(refused, net)
    this.#tree.restoreOrder()
    return integrated
  }

  /** Whether the edits of pending commands and of `change` can stand side by side; if so they do. */
  #integrateOnTop(completions: readonly Completed[]): boolean {
    this.#touched ??= new Touched()
    this.#touched.extend(this.pending)
    const chains: (Edit | undefined)[] = []
    for (const completion of completions) {
      const inverse = new Inverse()
      applyCompleted(this.#tree, completion, inverse)
      const { edits } = inverse
      chains.push(edits)
      if (this.#touched.conflicts(completion.command, edits)) {
        for (const chain of chains.reverse()) this.#tree.undo(chain)
        this.#tree.restoreOrder()
        return false
      }
    }
    this.#count += completions.length
    this.ring.hold(() => {
      for (const chain of chains) this.#changed(chain)
    })
    return true
  }

  #leave(n: number): Pending[] {
    if (n === 0) return []
    const left = this.pending.splice(0, n)
    for (const entry of left) {
      if (entry.aside) this.#aside--
      entry.forget()
    }
    this.#touched = undefined
    return left
  }

  #undoFrom(from: number, net: NetChange | undefined): void {
    for (let i = this.pending.length - 1; i >= from; i--) {
      const entry = this.pending[i] as Pending
      net?.undone(this.#tree, entry.edits)
      this.#tree.undo(entry.edits)
      entry.forget()
    }
  }

  #applyAgain(refused: readonly Path[], net: NetChange | undefined): Integrated {
    if (this.pending.length === 0) return nothing
    const waiting = this.pending.splice(0)
    const renames = new Renames()
    const lost = new LostPlaces(refused)
    const dropped: Integrated['dropped'][number][] = []
    const renamed: Integrated['renamed'][number][] = []
    this.#aside = 0
    this.#touched = undefined
    for (const entry of waiting) {
      // As it was named when it was made: what it names may go by another id by now.
      const path = pathOf(entry.command)
      const before = placeOf(entry)
      const now = renames.get(path)
      if (now) entry.command = withPath(entry.command, now)
      const refusal = lost.leadTo(path) ? 'depends' : this.#tryAgain(entry)
      if (refusal) {
        if (before) lost.add(before)
        if (entry.seq === 0) {
          dropped.push({ entry, refusal })
          continue
        }
        entry.aside = true
        this.#aside++
      } else {
        entry.aside = false
        net?.made(entry.edits)
        const after = placeOf(entry)
        if (before && after) {
          lost.found(before)
          if (renames.note(before, after)) renamed.push({ place: before, id: entry.createdId as string })
        }
      }
      this.pending.push(entry)
    }
    return { dropped, renamed }
  }

  #tryAgain(entry: Pending): Refusal | undefined {
    const action = actionOf(entry.command)
    // A command that was sent keeps its content, so its id too.
    const wanted = entry.createdId
    this.#proposed = wanted
    const names: NameSource = entry.seq > 0 ? (attempt) => (attempt === 0 ? wanted : undefined) : this.#names
    const refusal = action?.apply(this.#tree, entry.command, names, entry)
    if (refusal) return refusal
    if (action?.creates && entry.createdId !== entry.key) entry.createdId = entry.key
    return undefined
  }

  readonly #names: NameSource = (attempt) =>
    attempt === 0 && this.#proposed !== undefined ? this.#proposed : this.#newId(attempt, this.commandCount)

  #changed(edits: Edit | undefined): void {
    if (!this.watchers.isEmpty) this.ring.hold(() => this.#gather()?.made(edits))
  }

  /** The change that is being gathered while the ring is held: all that happens meanwhile is told as one. */
  #gather(): NetChange | undefined {
    if (this.watchers.isEmpty) return undefined
    if (!this.#net) {
      const net = new NetChange()
      this.#net = net
      this.ring.post(() => {
        this.#net = undefined
        for (const wake of net.collect(this.#tree, this.watchers)) wake()
      })
    }
    return this.#net
  }
}

/** Where a create put its object. */
export function placeOf({ command, createdId }: Completed): Path | undefined {
  return createdId === undefined ? undefined : [...pathOf(command), createdId]
}

/** Lets the commands from index `from` on that were made under a renamed create follow it, up to a new create of the same place. */
export function follow(entries: readonly Pending[], from: number, before: Path, after: Path): void {
  for (let i = from; i < entries.length; i++) {
    const entry = entries[i] as Pending
    const path = pathOf(entry.command)
    const place = placeOf(entry)
    if (leadsThrough(path, before)) {
      entry.command = withPath(entry.command, [...after, ...path.slice(before.length)])
    } else if (place && samePath(place, before)) {
      return
    }
  }
}
