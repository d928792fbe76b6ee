import type { Command, CommandCompletion } from '../../lib/flushout.ts'
import { play } from './plain-replay.ts'

export interface PlainPending {
  command: Command
  createdId?: string
  seq: number
  aside: boolean
}

const startsWith = (path: readonly string[], above: readonly string[]): boolean =>
  above.every((segment, i) => path[i] === segment)
const same = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && startsWith(a, b)
const copy = <V>(value: V): V => JSON.parse(JSON.stringify(value)) as V

/** What a replica is, said without any cleverness: it keeps the confirmed document and plays pending on a copy of it. */
export class PlainReplica {
  pending: PlainPending[] = []
  #confirmed: object
  #document: object
  #count: number
  readonly #newId: (attempt: number, count: number) => string

  constructor(document: object, newId: (attempt: number, count: number) => string, count = 0) {
    this.#confirmed = copy(document)
    this.#document = copy(document)
    this.#count = count
    this.#newId = newId
  }

  get document(): object {
    return this.#document
  }

  get confirmed(): object {
    return this.#confirmed
  }

  get confirmedCount(): number {
    return this.#count
  }

  get commandCount(): number {
    return this.#count + this.pending.filter(({ aside }) => !aside).length
  }

  apply(command: Command): boolean {
    const entry: PlainPending = { command, seq: 0, aside: false }
    const isDone = this.#play(entry)
    if (isDone) this.pending.push(entry)
    return isDone
  }

  /** The first `leave` pending are answered; a snapshot or completions came first; the rest is played again. */
  integrate(
    {
      snapshot,
      completions,
      leave,
    }: {
      snapshot?: { commandCount: number; document: object }
      completions: readonly CommandCompletion[]
      leave: number
    },
    refused: readonly string[][] = [],
  ): { dropped: Command[]; renamed: { place: string[]; id: string }[] } {
    if (snapshot) {
      this.#confirmed = copy(snapshot.document)
      this.#count = snapshot.commandCount
    }
    for (const completion of completions) play(this.#confirmed, completion)
    this.#count += completions.length
    this.#document = copy(this.#confirmed)
    const waiting = this.pending.slice(leave)
    this.pending = []
    const lost = [...refused]
    const dropped: Command[] = []
    const renamed: { place: string[]; id: string }[] = []
    const moves: { from: string[]; to: string[] }[] = []
    const forget = (list: { from: readonly string[] }[], place: readonly string[]) => {
      for (let i = list.length - 1; i >= 0; i--) if (same(list[i]!.from, place)) list.splice(i, 1)
    }
    for (const entry of waiting) {
      const path = entry.command.path ?? []
      const place = entry.createdId === undefined ? undefined : [...path, entry.createdId]
      const move = moves.filter(({ from }) => startsWith(path, from)).sort((a, b) => b.from.length - a.from.length)[0]
      if (move) entry.command = { ...entry.command, path: [...move.to, ...path.slice(move.from.length)] }
      const isLost = lost.some((above) => startsWith(path, above))
      if (isLost || !this.#play(entry)) {
        if (place) lost.push(place)
        if (entry.seq === 0) {
          dropped.push(entry.command)
          continue
        }
        entry.aside = true
      } else {
        entry.aside = false
        if (place) {
          for (let i = lost.length - 1; i >= 0; i--) if (same(lost[i]!, place)) lost.splice(i, 1)
          forget(moves, place)
          const id = entry.createdId as string
          if (id !== place[place.length - 1]) {
            moves.push({ from: place, to: [...(entry.command.path ?? []), id] })
            renamed.push({ place, id })
          }
        }
      }
      this.pending.push(entry)
    }
    return { dropped, renamed }
  }

  #play(entry: PlainPending): boolean {
    const { command, createdId: wanted } = entry
    if (command.action !== 'create' || command.id !== undefined) {
      const isDone = play(this.#document, entry as CommandCompletion)
      if (isDone && command.action === 'create' && command.id !== undefined) entry.createdId = command.id
      return isDone
    }
    for (let attempt = 0; attempt < 50; attempt++) {
      const id = attempt === 0 && wanted !== undefined ? wanted : this.#newId(attempt, this.commandCount)
      if (!play(this.#document, { command, createdId: id })) {
        // A command that was sent keeps its id.
        if (entry.seq > 0) return false
        continue
      }
      entry.createdId = id
      return true
    }
    return false
  }
}
