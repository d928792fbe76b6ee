import { isIndexKey } from './path.ts'

type Node = Record<string, unknown>

/** Above so many keys an object is copied from a list of them, which costs a fraction. */
export const wide = 128

/** Whether an object has more than so many keys. */
export function isWider(node: Node, than: number): boolean {
  let keys = 0
  for (const _ in node) if (++keys > than) return true
  return false
}

/**
 * In which order the keys of an object were added: so that a key that was taken away finds its place when it returns, and
 * so that a wide object is copied without asking the engine for its keys.
 */
export class Order {
  /** From the first time that a key is taken. */
  #ranks: Ranks | undefined
  /** All keys in their order, and some that are gone; once the object was copied. */
  #list: string[] | undefined
  readonly #gone = new Set<string>()

  add(key: string): void {
    this.#ranks?.add(key)
    // It would stand in the list twice.
    if (this.#gone.has(key)) this.#drop()
    this.#list?.push(key)
  }

  /** That a key was added is taken back. */
  unadd(key: string): void {
    this.#ranks?.take(key)
    if (this.#list?.at(-1) === key) this.#list.pop()
    else this.#miss(key)
  }

  /** Takes a key away from the node, which has it still. @returns its rank */
  take(node: Node, key: string): number {
    this.#ranks ??= new Ranks(node)
    this.#miss(key)
    return this.#ranks.take(key)
  }

  /** A key that was taken is back. */
  restore(key: string, rank: number): void {
    this.#ranks?.restore(key, rank)
    if (!this.#gone.delete(key)) this.#drop()
  }

  /** Puts the keys of the node that were restored in their places. */
  sort(node: Node): void {
    this.#ranks?.sort(node)
  }

  /** A copy of the node with its keys in the same order. */
  copy(node: Node): Node {
    if ((!this.#list && !isWider(node, wide)) || Object.hasOwn(node, '__proto__')) return { ...node }
    this.#list ??= Object.keys(node)
    // What has no prototype is a table from the beginning; of others the engine lays out each key, and then gives up.
    const copy = Object.setPrototypeOf(Object.create(null), Object.prototype) as Node
    for (const key of this.#list) if (Object.hasOwn(node, key)) copy[key] = node[key]
    return copy
  }

  #miss(key: string): void {
    if (!this.#list) return
    this.#gone.add(key)
    if (2 * this.#gone.size > this.#list.length) this.#drop()
  }

  #drop(): void {
    this.#list = undefined
    this.#gone.clear()
  }
}

const first = -1

/** The ranks of keys. Until one returns, that costs the list of keys that stood there in the beginning. */
class Ranks {
  readonly #first: readonly string[]
  /** The ranks of the first keys. */
  #ranks: Map<string, number> | undefined
  /** The ranks of those that were added since. */
  readonly #added = new Map<string, number>()
  #next: number

  constructor(node: Node) {
    this.#first = Object.keys(node)
    this.#next = this.#first.length
  }

  add(key: string): void {
    this.#added.set(key, this.#next++)
  }

  /** The rank of a key that goes; that of a first one is known by its name. */
  take(key: string): number {
    const rank = this.#added.get(key)
    if (rank === undefined) return first
    this.#added.delete(key)
    return rank
  }

  restore(key: string, rank: number): void {
    if (rank !== first) this.#added.set(key, rank)
  }

  /** Orders the keys of a node: what stands in front of the first that is out of place stays. */
  sort(node: Node): void {
    this.#ranks ??= new Map(this.#first.map((key, i) => [key, i]))
    const ranks = this.#ranks
    const rankOf = (key: string): number => this.#added.get(key) ?? (ranks.get(key) as number)
    // The language itself orders those that are numbers.
    const keys = Object.keys(node).filter((key) => !isIndexKey(key))
    const sorted = [...keys].sort((a, b) => rankOf(a) - rankOf(b))
    const from = sorted.findIndex((key, i) => key !== keys[i])
    if (from < 0) return
    for (const key of sorted.slice(from)) {
      const value = node[key]
      delete node[key]
      node[key] = value
    }
  }
}
