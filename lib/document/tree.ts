import { isObject } from './json.ts'
import { isIndexKey, type Path, pointer } from './path.ts'

type Node = Record<string, unknown>

/** Stands for "no such key" where a value stood before. */
export const absent: unique symbol = Symbol('absent')

/**
 * One key that was changed, and what was there before; `previous` is the edit made before it. A chain, newest first, is
 * the inverse of a command. It names its place by path and key, never by node.
 */
export interface Edit {
  readonly path: Path
  readonly key: string
  readonly before: unknown
  /** Whether the edit added or removed the key. */
  readonly moved: boolean
  readonly previous: Edit | undefined
}

/**
 * A JSON tree that is changed in place and never changes what it handed out.
 *
 * Each node that the tree made carries the time it was `made`; each node that somebody was shown carries a `floor`: what
 * was made up to then, at it or below, is `exposed`. A node is owned while it was made after every floor from the root
 * down to it, so whoever owns a node owns its parents. Writing copies the nodes on the way that are not owned, once.
 * What came from outside (props, snapshots) was never made here, so it is never changed either.
 */
export class Tree {
  #root: Node
  #time = 1
  #stamps = new WeakMap<Node, { made: number; floor: number }>()
  #orders = new WeakMap<Node, KeyOrder>()
  #unordered = new Map<string, { path: Path; keys: string[] }>()
  /** Whether edits may still be undone; while not, traces of removed keys need not be kept. */
  undoable = false

  constructor(document: object) {
    this.#root = document as Node
  }

  /** The live value at a path; `undefined` where there is none. Own keys only; arrays are values. */
  at(path: Path): unknown {
    let node: unknown = this.#root
    for (const segment of path) {
      if (!isObject(node) || !Object.hasOwn(node, segment)) return undefined
      node = node[segment]
    }
    return node
  }

  /** How many segments of the path lead to objects; all of them, where it names one. */
  reach(path: Path): number {
    let node: unknown = this.#root
    for (let i = 0; i < path.length; i++) {
      const segment = path[i] as string
      if (!Object.hasOwn(node as Node, segment)) return i
      node = (node as Node)[segment]
      if (!isObject(node)) return i
    }
    return path.length
  }

  /** The value at a path, to be handed out: it will never change. */
  expose(path: Path): unknown {
    const value = this.at(path)
    if (typeof value === 'object' && value !== null) {
      const stamp = this.#stamps.get(value as Node)
      // Without a stamp it was never made here, and nothing below it was.
      if (stamp) stamp.floor = this.#time++
    }
    return value
  }

  /** Puts a value at a key of the object at `path`, which exists. */
  set(path: Path, key: string, value: unknown, previous?: Edit): Edit {
    const node = this.#writable(path)
    const known = Object.hasOwn(node, key)
    const edit: Edit = { path, key, before: known ? node[key] : absent, moved: !known, previous }
    node[key] = value
    if (!known && !isIndexKey(key)) this.#orders.get(node)?.keys.push(key)
    return edit
  }

  /** Takes a key away from the object at `path`; both exist. */
  remove(path: Path, key: string, previous?: Edit): Edit {
    const node = this.#writable(path)
    const edit: Edit = { path, key, before: node[key], moved: true, previous }
    if (!isIndexKey(key)) this.#orderOf(node).stale++
    delete node[key]
    return edit
  }

  /**
   * Takes edits back, newest first. A key that returns stands at the end of its object until `restoreOrder`.
   * @returns the places that were touched go to `touched`
   */
  undo(edits: Edit | undefined): void {
    for (let edit = edits; edit; edit = edit.previous) {
      const node = this.#writable(edit.path)
      if (edit.before === absent) {
        delete node[edit.key]
        if (!isIndexKey(edit.key)) this.#orders.get(node)?.keys.pop()
      } else {
        if (edit.moved && !isIndexKey(edit.key)) this.#returned(node, edit)
        node[edit.key] = edit.before
      }
    }
  }

  /** Puts the keys that came back where they stood: one pass over each object concerned. */
  restoreOrder(): void {
    if (this.#unordered.size === 0) return
    for (const { path, keys } of this.#unordered.values()) {
      if (this.reach(path) < path.length) continue
      const node = this.at(path) as Node
      const order = this.#orders.get(node)
      if (order && keys.some((key) => Object.hasOwn(node, key))) this.#reorder(path, order)
    }
    this.#unordered.clear()
  }

  #returned(node: Node, { path, key }: Edit): void {
    this.#orderOf(node).stale--
    const place = JSON.stringify(path)
    const seen = this.#unordered.get(place)
    if (seen) seen.keys.push(key)
    else this.#unordered.set(place, { path, keys: [key] })
  }

  #reorder(path: Path, order: KeyOrder): void {
    const node = this.#writable(path)
    const keys = order.standing(node)
    const values = keys.map((key) => node[key])
    for (const key of keys) delete node[key]
    for (let i = 0; i < keys.length; i++) node[keys[i] as string] = values[i]
  }

  #orderOf(node: Node): KeyOrder {
    const known = this.#orders.get(node)
    if (known && (this.undoable || !known.isLoose())) return known
    const order = new KeyOrder(node)
    this.#orders.set(node, order)
    return order
  }

  /** The object at a path, made writable: the nodes on the way that are not owned are copied. */
  #writable(path: Path): Node {
    this.#root = this.#own(this.#root, 0)
    let node = this.#root
    let floor = this.#stamps.get(node)?.floor ?? 0
    for (const segment of path) {
      const child = node[segment]
      if (!isObject(child)) throw new TypeError(`No object at ${pointer(path)}`)
      const owned = this.#own(child, floor)
      if (owned !== child) node[segment] = owned
      floor = Math.max(floor, this.#stamps.get(owned)?.floor ?? 0)
      node = owned
    }
    return node
  }

  #own(node: Node, floorAbove: number): Node {
    const stamp = this.#stamps.get(node)
    const floor = Math.max(floorAbove, stamp?.floor ?? 0)
    if (stamp && stamp.made > floor) return node
    const copy = { ...node }
    // The copy is owned, its children are still what was exposed with the original.
    this.#stamps.set(copy, { made: this.#time, floor })
    const order = this.#orders.get(node)
    if (order) {
      this.#orders.set(copy, order)
      this.#orders.delete(node)
    }
    return copy
  }
}

/**
 * The order in which an object's keys were added, kept from the first removal on, so that a key that returns finds its
 * place. Removed keys leave a trace; of a key that stands there several times the last counts.
 */
class KeyOrder {
  readonly keys: string[]
  stale = 0

  constructor(node: Node) {
    this.keys = Object.keys(node).filter((key) => !isIndexKey(key))
  }

  isLoose(): boolean {
    return this.stale > 32 + this.keys.length / 2
  }

  standing(node: Node): string[] {
    const seen = new Set<string>()
    for (let i = this.keys.length - 1; i >= 0; i--) {
      const key = this.keys[i] as string
      if (Object.hasOwn(node, key)) seen.add(key)
    }
    return [...seen].reverse()
  }
}
