import { isObject } from './json.ts'
import { isWider, Order, wide } from './order.ts'
import { type Path, pointer, root, sharedLength } from './path.ts'

type Node = Record<string, unknown>

/** Stands for "no such key" where a value stood before. */
export const absent: unique symbol = Symbol('absent')

/** The same, where the edit only looked and changed nothing. */
export const looked: unique symbol = Symbol('looked')

/**
 * One key that was changed, and what was there before; `previous` is the edit made before it. It names its place by path
 * and key, never by node.
 */
export interface Edit {
  readonly path: Path
  readonly key: string
  readonly before: unknown
  /** Where a removed key stood among the keys of its object. */
  readonly rank: number | undefined
  readonly previous: Edit | undefined
}

/** What takes a command back: its edits. The newest is written into the object itself, since most commands make one. */
export class Inverse {
  path: Path | undefined
  key = ''
  before: unknown
  rank: number | undefined
  previous: Edit | undefined

  /** The newest edit, from which the others follow. */
  get edits(): Edit | undefined {
    return this.path && (this as Edit)
  }

  note(path: Path, key: string, before: unknown, rank: number | undefined): void {
    if (this.path) {
      const { path, key, before, rank, previous } = this as Edit
      this.previous = { path, key, before, rank, previous }
    }
    this.path = path
    this.key = key
    this.before = before
    this.rank = rank
  }

  /** What there was is of no use any more. */
  forget(): void {
    this.path = undefined
    this.before = undefined
    this.previous = undefined
  }
}

/** Whether an edit added or removed its key. */
export const movesKey = ({ before, rank }: Edit): boolean => before === absent || rank !== undefined

/** When a node was made, and up to when what was made at it or below was exposed. */
interface Stamp {
  readonly made: number
  readonly floor: number
}

/**
 * A JSON tree that is changed in place and never changes what it handed out.
 *
 * Each node that the tree made carries the time it was `made`; each node that somebody was shown carries a `floor`: what
 * was made up to then, at it or below, is `exposed`. A node is owned while it was made after every floor from the root
 * down to it, so whoever owns a node owns its parents. Writing copies the nodes on the way that are not owned, once; only
 * a small one at the end of the way is owned no longer than the way is remembered, for remembering costs more than copying.
 * What came from outside (props, snapshots) was never made here, so it is never changed either.
 */
export class Tree {
  #time = 1
  readonly #stamps = new WeakMap<Node, Stamp>()
  readonly #orders = new WeakMap<Node, Order>()
  readonly #unordered = new Set<Node>()
  /** The nodes on the way to the path that was looked up last: who goes the same way need not look again. */
  readonly #way: Node[]
  #wayPath: Path = root
  /** How many segments of that path were found. */
  #found = 0
  /** How many of them are owned, and the highest floor down to each of those. */
  #owned = 0
  readonly #floors: number[] = []

  constructor(document: object) {
    this.#way = [document as Node]
  }

  get #root(): Node {
    return this.#way[0] as Node
  }

  /** The live value at a path; `undefined` where there is none. Own keys only; arrays are values. */
  at(path: Path): unknown {
    let node: unknown = this.#root
    for (let i = 0; i < path.length; i++) {
      const key = path[i] as string
      if (!isObject(node) || !Object.hasOwn(node, key)) return undefined
      node = node[key]
    }
    return node
  }

  /** The live object at a path, if there is one. */
  object(path: Path): Readonly<Node> | undefined {
    const way = this.#way
    let length = path === this.#wayPath ? this.#found : Math.min(this.#found, sharedLength(path, this.#wayPath))
    if (length < this.#found || length < path.length) {
      this.#found = length
      this.#owned = Math.min(this.#owned, length + 1)
      for (; length < path.length; length++) {
        const node = way[length] as Node
        const key = path[length] as string
        const child = Object.hasOwn(node, key) ? node[key] : undefined
        if (!isObject(child)) return undefined
        way[length + 1] = child
      }
      this.#wayPath = path
      this.#found = length
    }
    return way[length]
  }

  /** The value at a path, to be handed out: it will never change. */
  expose(path: Path): unknown {
    this.#owned = 0
    const value = this.at(path)
    if (typeof value === 'object' && value !== null) {
      const stamp = this.#stamps.get(value as Node)
      // Without a stamp it was never made here, and nothing below it was.
      if (stamp) this.#stamps.set(value as Node, { made: stamp.made, floor: this.#time++ })
    }
    return value
  }

  /** Puts a value at a key of the object at `path`, which exists. */
  set(path: Path, key: string, value: unknown, inverse?: Inverse): void {
    // Old histories may hold it; as JSON it never was a key.
    if (key === '__proto__') return inverse?.note(path, key, looked, undefined)
    const node = this.#writable(path)
    const known = Object.hasOwn(node, key)
    const before = known ? node[key] : absent
    node[key] = value
    if (!known) this.#orders.get(node)?.add(key)
    inverse?.note(path, key, before, undefined)
  }

  /** Takes a key away from the object at `path`, which exists; where there is no such key the edit says that. */
  remove(path: Path, key: string, inverse?: Inverse): void {
    if (!Object.hasOwn(this.object(path) as Node, key)) return inverse?.note(path, key, looked, undefined)
    const node = this.#writable(path)
    const before = node[key]
    const rank = this.#orderOf(node).take(node, key)
    delete node[key]
    inverse?.note(path, key, before, rank)
  }

  /** Takes edits back, newest first. Before anybody looks, `restoreOrder` puts the keys that came back in their place. */
  undo(edits: Edit | undefined): void {
    for (let edit = edits; edit; edit = edit.previous) {
      const { path, key, before, rank } = edit
      if (before === looked) continue
      const node = this.#writable(path)
      if (before === absent) {
        delete node[key]
        this.#orders.get(node)?.unadd(key)
      } else {
        node[key] = before
        if (rank !== undefined) {
          this.#orderOf(node).restore(key, rank)
          this.#unordered.add(node)
        }
      }
    }
  }

  /** Puts the keys that came back where they stood: one pass over the keys of each object concerned. */
  restoreOrder(): void {
    for (const node of this.#unordered) this.#orderOf(node).sort(node)
    this.#unordered.clear()
  }

  #orderOf(node: Node): Order {
    let order = this.#orders.get(node)
    if (!order) {
      order = new Order()
      this.#orders.set(node, order)
    }
    return order
  }

  /** The object at a path, made writable: the nodes on the way that are not owned are copied. */
  #writable(path: Path): Node {
    if (!this.object(path)) throw new TypeError(`No object at ${pointer(path)}`)
    const way = this.#way
    if (this.#owned <= path.length) this.#rememberEnd()
    for (let i = this.#owned; i <= path.length; i++) {
      const node = way[i] as Node
      const stamp = this.#stamps.get(node)
      const floor = Math.max(this.#floors[i - 1] ?? 0, stamp?.floor ?? 0)
      this.#floors[i] = floor
      if (stamp && stamp.made > floor) continue
      const copy = this.#copy(node)
      // The copy is owned, its children are still what was exposed with the original.
      if (stamp || i < path.length || isWider(node, narrow)) this.#stamps.set(copy, { made: this.#time, floor })
      way[i] = copy
      if (i > 0) (way[i - 1] as Node)[path[i - 1] as string] = copy
    }
    this.#owned = path.length + 1
    return way[path.length] as Node
  }

  /** What is owned and was not worth a stamp gets one now that something below it is to be owned. */
  #rememberEnd(): void {
    const end = this.#owned - 1
    const node = this.#way[end]
    if (node && !this.#stamps.has(node))
      this.#stamps.set(node, { made: this.#time, floor: this.#floors[end] as number })
  }

  /** A copy, to which the order of the keys is handed on. */
  #copy(node: Node): Node {
    const order = this.#orders.get(node) ?? (isWider(node, wide) ? new Order() : undefined)
    if (!order) return { ...node }
    const copy = order.copy(node)
    this.#orders.set(copy, order)
    this.#orders.delete(node)
    if (this.#unordered.delete(node)) this.#unordered.add(copy)
    return copy
  }
}

/** Up to how many keys it costs less to copy an object again than to remember that it was made here. */
const narrow = 8
