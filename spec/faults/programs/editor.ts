import type { ConnectedProxy } from '../../../lib/client/connected-proxy.ts'
import type { Command } from '../../../lib/flushout.ts'
import type { Settlement } from '../../../lib/replica/pending.ts'
import type { Random } from '../../../lib/testing/simulator/random.ts'
import type { Journal } from '../support/journal.ts'
import type { Board } from './documents.ts'

/** A command that was applied. */
export interface Edited {
  readonly kept: Promise<void>
  readonly settled: Promise<Settlement>
}

const path = ['items']

/** Somebody who creates, changes and deletes items; each command is unlike every other of anybody. */
export class Editor {
  readonly random: Random
  readonly #subject: string
  readonly #name: string
  readonly #journal: Journal
  /** What it created itself, and has not deleted: so nobody else deletes it. */
  readonly #own = new Set<string>()
  #number = 0

  constructor(subject: string, life: number, random: Random, journal: Journal) {
    this.#subject = subject
    this.#name = `${subject}.${life}`
    this.random = random
    this.#journal = journal
  }

  /** Does one thing to what it sees. */
  edit(proxy: ConnectedProxy<Board>): Edited | undefined {
    const n = ++this.#number
    const name = `${this.#name}.${n}`
    const command = this.#wish(proxy.getDocument(), name, n)
    const result = proxy.apply(command)
    if (!result.isSuccess) return undefined
    const { createdId } = result
    if (createdId !== undefined && !isShared(createdId)) this.#own.add(createdId)
    const called = command.action === 'delete' ? deletes(command.path, this.#subject) : name
    const made = { document: proxy.id, name: called, command, ...(createdId !== undefined && { createdId }) }
    this.#journal.note({ type: 'made', ...made })
    return this.#witness(called, result)
  }

  #witness(name: string, { kept: isKept, settled }: Edited): Edited {
    const note = () => this.#journal.note({ type: 'kept', name })
    // What is lost is told of by how it was settled.
    const kept = isKept.then(note).catch(() => undefined)
    void settled.then((settlement) => this.#journal.note({ type: 'settled', name, settlement }))
    return { kept, settled }
  }

  #wish({ items }: Board, name: string, n: number): Command {
    const { random } = this
    const ids = Object.keys(items)
    const props = { name, n, text: `text ${n}` }
    const own = ids.filter((id) => this.#own.has(id))
    if (own.length > 3 && random.chance(0.25)) {
      const id = random.pick(own)
      this.#own.delete(id)
      return { action: 'delete', path: [...path, id] }
    }
    if (ids.length > 0 && random.chance(0.4)) {
      return { action: 'update', path: [...path, random.pick(ids)], props: { ...props, [random.pick(['a', 'b'])]: n } }
    }
    // Some choose a name that others choose too.
    return { action: 'create', path, props, ...(random.chance(0.1) && { id: `${shared}${random.below(20)}` }) }
  }
}

const shared = 'shared-'
const isShared = (id: string): boolean => id.startsWith(shared)

/** The name of a command that has no room for one; an id is deleted once, by whoever created it. */
export const deletes = (place: readonly string[] = [], subject: string): string =>
  `delete ${place.join('/')} by ${subject}`
