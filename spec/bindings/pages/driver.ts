import { type Client, type ConnectedProxy, createClient, type Interceptor, document as kind } from 'millrace'
import { memoryHistory } from 'millrace/adapters/history/memory'
import { createHost } from 'millrace/host'
import { observersOf } from 'millrace/testing'
import { inProcessTransport } from 'millrace/transports/in-process'
import { filter, firstValueFrom, type Observable } from 'rxjs'

export interface Todo {
  title: string
}

export interface List {
  title: string
  todos: Record<string, Todo>
}

const keepAll: Interceptor<List> = (_, { action }) =>
  action === 'delete' ? { rejection: 'Nothing is deleted here.' } : undefined

const documents = { list: kind<List>({ initial: { title: '', todos: {} } }) }

export type Documents = typeof documents

/** What a framework has to show: a list whose rows have ids `t0`, `t1`, …, and one todo of it that is chosen. */
export interface Scene {
  readonly client: Client<Documents>
  readonly list: ConnectedProxy<List>
  /** Notes that a component renders: `list`, or a row by its id. */
  readonly rendered: (what: string) => void
}

/** What it shows, in its own way to be told. */
export interface Shown {
  /** Has it show another todo as the chosen one. */
  choose(id: string): void
  hide(): void | Promise<void>
}

/** Ways to show a scene, by name. A row with the title `boom` throws while it renders. */
export type Shows = Readonly<Record<string, (element: HTMLElement, scene: Scene) => Shown>>

/** What a row shows. */
export function titleOf(todo: Todo | undefined): string {
  if (todo?.title === 'boom') throw new Error('boom')
  return todo?.title ?? ''
}

/** What a spec tells the page to do. */
export interface Driven {
  /** Begins with so many todos at a host of its own. */
  open(todos: number): Promise<void>
  /** Shows it; what cannot be shown is thrown. */
  show(how: string): void
  choose(id: string): void
  hide(): Promise<void>
  /** Has another client change a todo, and waits until this one has it. */
  change(id: string, title: string): Promise<void>
  /** The same of the title of the list. */
  rename(title: string): Promise<void>
  /** The same of a new todo. */
  create(id: string, title: string): Promise<void>
  /** Deletes a todo here, which the host refuses; waits until it is back. */
  remove(id: string): Promise<void>
  /** What rendered how often since this was last asked. */
  counts(): Record<string, number>
  /** How many look at the list now. */
  observers(): number
  /** Whether the engine takes edits, and what it handed out when it was shown is still what it was. */
  isWell(): boolean
}

export function drive(shows: Shows): void {
  const counts = new Map<string, number>()
  let scene: Scene
  let others: ConnectedProxy<List>
  let shown: Shown | undefined
  let handedOut = { document: {}, text: '{}' }

  const arrived = <V>(cursor: { value$: Observable<V> }, test: (value: V) => boolean) =>
    firstValueFrom(cursor.value$.pipe(filter(test)))

  const driven: Driven = {
    async open(todos) {
      counts.clear()
      const initial: List = { title: '', todos: {} }
      for (let n = 0; n < todos; n++) initial.todos[`t${n}`] = { title: `Todo ${n}` }
      const host = createHost({
        documents: { list: kind<List>({ initial, interceptor: keepAll }) },
        history: memoryHistory(),
        authorize: (_, id) => (id === 'list/secret' ? false : 'write'),
      })
      const connect = () => createClient<Documents>({ transport: inProcessTransport(host) })
      const client = connect()
      const list = client.open('list/shopping')
      others = connect().open('list/shopping')
      await Promise.all([list.loaded, others.loaded])
      scene = {
        client,
        list,
        rendered: (what) => void counts.set(what, (counts.get(what) ?? 0) + 1),
      }
    },
    show(how) {
      const now = scene.list.getDocument()
      handedOut = { document: now, text: JSON.stringify(now) }
      shown = shows[how]?.(document.body.appendChild(document.createElement('div')), scene)
    },
    choose: (id) => shown?.choose(id),
    async hide() {
      await shown?.hide()
      shown = undefined
      document.body.replaceChildren()
    },
    async change(id, title) {
      others.at('todos', id).update({ title })
      await arrived(scene.list.at('todos', id), (todo) => todo?.title === title)
    },
    async rename(title) {
      others.at().update({ title })
      await arrived(scene.list.at('title'), (now) => now === title)
    },
    async create(id, title) {
      others.at('todos').create({ title }, { id })
      await arrived(scene.list.at('todos', id), (todo) => todo !== undefined)
    },
    async remove(id) {
      const removed = scene.list.at('todos', id).delete()
      if (removed.isSuccess) await removed.settled
    },
    counts() {
      const now = Object.fromEntries(counts)
      counts.clear()
      return now
    },
    observers: () => observersOf(scene.list),
    isWell() {
      const { list } = scene
      const added = list.at('todos').create({ title: 'Well' })
      const isTaken = added.isSuccess && list.at('todos', added.createdId as string).value?.title === 'Well'
      return isTaken && JSON.stringify(handedOut.document) === handedOut.text
    },
  }
  Object.assign(globalThis, { driven })
}
