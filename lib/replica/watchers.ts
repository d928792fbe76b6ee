import type { Path } from '../document/path.ts'
import { absent, type Edit, looked, movesKey, type Tree } from '../document/tree.ts'

/** Called when what it watches may have changed; it looks for itself. Never called for what cannot have. */
export type Wake = () => void

interface Watched {
  readonly below: Map<string, Watched>
  readonly values: Set<Wake>
  readonly keys: Set<Wake>
}

const nobody = (): Watched => ({ below: new Map(), values: new Set(), keys: new Set() })

/** Who looks at which place of a document, kept by path: a change finds those it concerns without asking the others. */
export class Watchers {
  readonly #root = nobody()
  #count = 0

  get isEmpty(): boolean {
    return this.#count === 0
  }

  /** How many look. */
  get count(): number {
    return this.#count
  }

  /** Watches the value at a path, or only which keys it has, in which order. @returns what ends it */
  add(path: Path, kind: 'values' | 'keys', wake: Wake): () => void {
    let node = this.#root
    for (const segment of path) {
      let next = node.below.get(segment)
      if (!next) {
        next = nobody()
        node.below.set(segment, next)
      }
      node = next
    }
    node[kind].add(wake)
    this.#count++
    return () => {
      if (!node[kind].delete(wake)) return
      this.#count--
      this.#prune(path)
    }
  }

  /** Whom a change of `key` in the object at `path` concerns. */
  collect(path: Path, key: string, moved: boolean, into: Set<Wake>): void {
    let node = this.#root
    addAll(node.values, into)
    for (const segment of path) {
      const next = node.below.get(segment)
      if (!next) return
      node = next
      addAll(node.values, into)
    }
    if (moved) addAll(node.keys, into)
    const changed = node.below.get(key)
    if (changed) collectBelow(changed, into)
  }

  /** Everybody. */
  all(): Set<Wake> {
    const into = new Set<Wake>()
    collectBelow(this.#root, into)
    return into
  }

  #prune(path: Path): void {
    const nodes = [this.#root]
    for (const segment of path) {
      const next = (nodes[nodes.length - 1] as Watched).below.get(segment)
      if (!next) return
      nodes.push(next)
    }
    for (let i = path.length; i > 0; i--) {
      const { below, values, keys } = nodes[i] as Watched
      if (below.size + values.size + keys.size > 0) return
      ;(nodes[i - 1] as Watched).below.delete(path[i - 1] as string)
    }
  }
}

function addAll(wakes: Set<Wake>, into: Set<Wake>): void {
  for (const wake of wakes) into.add(wake)
}

function collectBelow(node: Watched, into: Set<Wake>): void {
  addAll(node.values, into)
  addAll(node.keys, into)
  for (const next of node.below.values()) collectBelow(next, into)
}

/**
 * The net effect of many edits: of each place what stood there before the first. A place that ends as it began wakes
 * nobody, so a command that was rolled back and applied again leaves its observers alone.
 */
export class NetChange {
  #isAll = false
  readonly #places = new Map<
    string,
    { readonly path: Path; readonly key: string; readonly before: unknown; moved: boolean }
  >()

  /** Everything may be another. */
  all(): void {
    this.#isAll = true
  }

  /** Notes edits that are about to be undone. */
  undone(tree: Tree, edits: Edit | undefined): void {
    for (let edit = edits; edit; edit = edit.previous) {
      const parent = tree.at(edit.path) as Record<string, unknown>
      this.#note(edit, Object.hasOwn(parent, edit.key) ? parent[edit.key] : absent)
    }
  }

  /** Notes edits that were just made. */
  made(edits: Edit | undefined): void {
    const oldestFirst: Edit[] = []
    for (let edit = edits; edit; edit = edit.previous) oldestFirst.push(edit)
    for (const edit of oldestFirst.reverse()) this.#note(edit, edit.before)
  }

  #note(edit: Edit, before: unknown): void {
    if (edit.before === looked) return
    const { path, key } = edit
    const moved = movesKey(edit)
    const place = JSON.stringify([path, key])
    const known = this.#places.get(place)
    if (!known) this.#places.set(place, { path, key, before, moved })
    else if (moved) known.moved = true
  }

  /** Whom the net effect concerns. */
  collect(tree: Tree, watchers: Watchers): Set<Wake> {
    if (this.#isAll) return watchers.all()
    const into = new Set<Wake>()
    for (const { path, key, before, moved } of this.#places.values()) {
      const parent = tree.at(path) as Record<string, unknown> | undefined
      const now = typeof parent === 'object' && parent !== null && Object.hasOwn(parent, key) ? parent[key] : absent
      if (now !== before || moved) watchers.collect(path, key, moved, into)
    }
    return into
  }
}
