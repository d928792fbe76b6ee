import type { Change, Todo, TodoList } from './todos.ts'

/** One replica that is edited where it stands. */
export interface Editor {
  /** Adds a todo. @returns its id */
  create(todo: Todo): string
  update(id: string, changes: Change['changes']): void
  delete(id: string): void
  /** All as plain objects. */
  document(): TodoList
}

/** A replica whose observers get plain objects that never change afterwards. */
export interface Observed {
  update(id: string, changes: Change['changes']): void
  /** Does what `fn` does as one change. */
  batch(fn: () => void): void
  watch(told: (list: TodoList) => void): void
  watchTodo(id: string, told: (todo: Todo) => void): void
  /** Ids, when some come or go. */
  watchIds(told: (ids: readonly string[]) => void): void
  document(): TodoList
}

/** A client and its server, which speak in text. */
export interface Pair {
  /** Changes a todo at the client, which does not wait for the server. */
  update(change: Change): void
  /** Another client's changes arrive at the server; this client has not heard of them. */
  arrive(changes: readonly Change[]): void | Promise<void>
  /** What is pending here goes to the server, and what the server has beyond it comes back. */
  sync(): void | Promise<void>
  /** What the client and the server hold, as plain objects. */
  documents(): readonly TodoList[] | Promise<readonly TodoList[]>
}

/** A server's side of a document that many clients change. */
export interface Served {
  /** What a client sends that stands at `from`: made before the clock starts. */
  flushOf(from: number, changes: readonly Change[]): string
  /** Takes a flush: gives the answer to its author, and what all others are told. */
  take(flush: string): Promise<{ readonly answer: string; readonly news: string }>
  document(): TodoList
}

/** What somebody would use, by what it can do. */
export interface Contender {
  edit?(list: TodoList): Editor
  observe?(list: TodoList): Observed
  pair?(list: TodoList): Pair | Promise<Pair>
  serve?(list: TodoList): Served
  /** Something that holds the list as a client would: for memory. */
  hold?(list: TodoList): unknown
}
