// biome-ignore-all lint/suspicious/noExplicitAny: documents of any type are what is looked at here
import { describe, expect, it } from '@jest/globals'
import type { Observable } from 'rxjs'
import {
  type Applied,
  type ApplyResult,
  type Command,
  CommandAction,
  type CommandCompletion,
  type CommandInterception,
  type CompletionBatch,
  type CompletionError,
  type Cursor,
  type FlushResult,
  type HistoryProvider,
  type Interceptor,
  Master,
  type MasterConfig,
  type Model,
  PathMapper,
  Proxy,
  type ProxyConfig,
  type Result,
  type Snapshot,
  type Sync,
} from '../lib/index.ts'

// The compiler is the judge here (`tsc -p .`): a line that must not compile says so, and it is an error where it does.

interface Todo {
  title: string
  done: boolean
  tags: string[]
  note?: string
}

interface TodoList {
  title: string
  owner?: { name: string; address: { city: string } }
  todos: Record<string, Todo>
  archive?: Record<string, Todo>
}

interface Person {
  name: string
  mother: Person
  father: Person
  friends: Record<string, Person>
  boss?: Person
  a: Person
  b: Person
  c: Person
  d: Person
  e: Person
  f: Person
  g: Person
  h: Person
}

type Json = string | number | boolean | null | Json[] | { [key: string]: Json }

/** Wide enough that listing every path of three segments would stop the compiler. */
type Wide = Record<`key${Digit}${Digit}`, Record<`key${Digit}${Digit}`, Record<`key${Digit}${Digit}`, number>>>
type Digit = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
/** Compiles only where the value has exactly the type. */
const is =
  <Expected>() =>
  <Actual>(value: Actual, ..._exactly: Same<Actual, Expected> extends true ? [] : ['is of another type']): Actual =>
    value

const openList = () => new Proxy<TodoList>({ commandCount: 0, document: { title: '', todos: {} } })
/** Code for the compiler alone. */
const neverRun = (_code: () => unknown): void => undefined
const id: string = '42'
const dynamic: string[] = ['todos', id]

describe('Types', () => {
  it('follow a path to what stands there', () => {
    const list = openList()
    is<Cursor<TodoList>>()(list.at())
    is<Cursor<Record<string, Todo>>>()(list.at('todos'))
    is<Cursor<Todo>>()(list.at('todos', id))
    is<Cursor<string>>()(list.at('todos', id, 'title'))
    is<Cursor<string[]>>()(list.at('todos', id, 'tags'))
    is<Cursor<string>>()(list.at('todos').at(id).at('title'))
    is<Cursor<string>>()(list.at('owner', 'address', 'city'))
    is<Cursor<unknown>>()(list.at.path(dynamic))
    is<boolean | undefined>()(list.at('todos', id, 'done').value)
    is<Observable<Todo | undefined>>()(list.at('todos', id).value$)
    is<Observable<readonly string[]>>()(list.at('todos').keys$)
    is<Observable<readonly ('title' | 'done' | 'tags' | 'note')[]>>()(list.at('todos', id).keys$)
    expect(list.at('todos', id).path).toEqual(['todos', '42'])
  })

  it('follow a path into what select gives, and what its function makes of it', () => {
    const list = openList()
    is<Observable<TodoList | undefined>>()(list.select())
    is<Observable<Todo | undefined>>()(list.select('todos', id))
    is<Observable<string | undefined>>()(list.select('todos', id, (todo) => todo?.title))
    is<Observable<number>>()(list.select('todos', (todos) => Object.keys(todos ?? {}).length))
    is<Observable<string>>()(list.select((document) => document?.title ?? ''))
    is<Observable<TodoList>>()(list.document$)
    is<TodoList>()(list.getDocument())
  })

  it('refuse a path that leads nowhere', () => {
    neverRun(() => {
      const list = openList()
      // @ts-expect-error there is no such key
      list.at('todso')
      // @ts-expect-error nor here
      list.at('todos', id, 'titel')
      // @ts-expect-error a text has no keys
      list.at('title', 'x')
      // @ts-expect-error arrays are values: paths do not go into them
      list.at('todos', id, 'tags', '0')
      // @ts-expect-error the keys of the root are known
      list.at(id)
      // @ts-expect-error a path known only at run time goes to at.path
      list.at(...dynamic)
      // @ts-expect-error keys are strings
      list.at('todos', 42)
      // @ts-expect-error the same below a cursor
      list.at('todos').at(id, 'titel')
      // @ts-expect-error the same for select
      list.select('todos', id, 'titel')
      // @ts-expect-error with a function too
      list.select('todos', id, 'titel', (title: unknown) => title)
      // @ts-expect-error a title has no done
      list.select('todos', id, 'title', (title) => title?.done)
    })
    expect(openList().at.path(['todso']).value).toBeUndefined()
  })

  it('know what a create takes', () => {
    const list = openList()
    const todo: Todo = { title: 'coffee', done: false, tags: [] }
    const added = is<Applied>()(list.at('todos').create(todo))
    list.at('archive').create(todo, { id: 'a', parentDefault: {} })
    neverRun(() => {
      // @ts-expect-error done and tags are missing
      list.at('todos').create({ title: 'coffee' })
      // @ts-expect-error a todo has no colour
      list.at('todos').create({ title: 'coffee', done: false, tags: [], colour: 'red' })
      // @ts-expect-error a todo is no record
      list.at('todos', id).create({})
      // @ts-expect-error neither is the list
      list.at().create(todo)
      // @ts-expect-error neither is a text
      list.at('title').create({})
    })
    if (!added.isSuccess) throw new Error(added.error)
    is<string | undefined>()(added.createdId)
    expect(list.at('todos', added.createdId as string, 'title').value).toBe('coffee')
  })

  it('know what an update takes', () => {
    const list = openList()
    list.at().update({ title: 'shopping' })
    list.at('todos').update({ [id]: { title: 'tea', done: true, tags: [] } })
    list.at('todos', id).update({ title: 'green tea' }, ['note'])
    neverRun(() => {
      // @ts-expect-error a title is a text
      list.at().update({ title: 5 })
      // @ts-expect-error there is no such key
      list.at('todos', id).update({ titel: 'tea' })
      // @ts-expect-error a todo cannot do without its title
      list.at('todos', id).update({}, ['title'])
      // @ts-expect-error a text has no keys: update what holds it
      list.at('title').update('shopping')
      // @ts-expect-error an array has none either
      list.at('todos', id, 'tags').update(['a'])
    })
    expect(list.getDocument().todos[id]?.title).toBe('green tea')
  })

  it('take recursive and very wide documents without listing their paths', () => {
    neverRun(() => {
      const person = new Proxy({} as Snapshot<Person>)
      is<Cursor<string>>()(
        person.at('mother', 'father', 'friends', id, 'boss', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'name'),
      )
      // @ts-expect-error nobody has a nam
      person.at('mother', 'father', 'friends', id, 'boss', 'a', 'nam')
      const wide = new Proxy({} as Snapshot<Wide>)
      is<Cursor<number>>()(wide.at('key00', 'key42', 'key99'))
      // @ts-expect-error there is no such key
      wide.at('key00', 'key42', 'key100')
      const json = new Proxy({} as Snapshot<{ [key: string]: Json }>)
      json.at('a', 'b', 'c').create({ d: [1, { e: null }] })
    })
    expect(new Proxy({ commandCount: 0, document: {} }).at().value).toEqual({})
  })

  it('leave apply as loose as it was in Flushout', () => {
    const list = openList()
    const props: object = { whatever: true }
    list.apply({ action: CommandAction.Update, props })
    list.apply({ action: 'create', path: ['todos'], props: { anything: 1 }, parentDefault: {} })
    list.apply({ action: CommandAction.Delete, path: dynamic })
    neverRun(() => {
      // @ts-expect-error there is no such action
      list.apply({ action: 'replace' })
      // @ts-expect-error a delete has no props
      list.apply({ action: 'delete', props: {} })
    })
    expect(list.getCommandCount()).toBe(2)
  })

  it('let a document of any type go anywhere', () => {
    const proxy = new Proxy<any>({ commandCount: 0, document: {} })
    const made = proxy.at('a', 'b').create({ x: 1 }, { parentDefault: {} })
    expect(made.isSuccess).toBe(false)
    proxy.at().update({ a: { b: {} } })
    proxy.at('a', 'b').update({ c: 1 }, ['d'])
    proxy.at.path(['a', 'b']).create({ x: 1 }, { id: 'e' })
    is<any>()(proxy.at('a', 'b').value)
    is<any>()(proxy.getDocument())
    expect(proxy.getDocument().a.b).toEqual({ c: 1, e: { x: 1 } })
  })
})

describe('The code of a Flushout user', () => {
  interface Context {
    user: string
    isReplay?: boolean
  }

  it('compiles with another import, and runs', async () => {
    const stored: CommandCompletion[] = []
    const historyProvider: HistoryProvider = async (from: number, to: number) => stored.slice(from, to)
    const stamp: Interceptor<TodoList, Context> = (document: TodoList, command: Command, context?: Context) => {
      if (context?.isReplay) return undefined
      if (command.action === CommandAction.Delete)
        return { rejection: `${context?.user} may not delete in ${document.title}` }
      const interception: CommandInterception = { newProps: { ...command.props, by: context?.user } }
      return interception
    }
    const masterConfig: MasterConfig<TodoList, Context> = { historyProvider, interceptor: stamp, sequentialIds: true }
    const proxyConfig: ProxyConfig<TodoList> = { sequentialIds: true, interceptor: stamp }
    const latest: Snapshot<TodoList> = { commandCount: 0, document: { title: '', todos: {} } }
    const master = new Master<TodoList, Context>(latest, masterConfig)
    const proxy = new Proxy(JSON.parse(JSON.stringify(master.getSnapshot())) as Snapshot<TodoList>, proxyConfig)
    const model: Model<TodoList> = proxy

    const create: CommandAction.Create = CommandAction.Create
    const command: Command<Todo> = { action: create, path: ['todos'], props: { title: 'tea', done: false, tags: [] } }
    const result: Result = model.apply(command)
    if (result.isSuccess === false) throw new Error(result.error)
    const created: string = result.createdId!

    const flush: CompletionBatch = proxy.beginFlush()
    const answer: ApplyResult<TodoList> = await master.apply(flush, { user: 'ann' })
    stored.push(...answer.applied.completions)
    const errors: CompletionError[] | undefined = answer.errors
    const sync: Sync<TodoList> | undefined = answer.sync
    const flushed: FlushResult = proxy.endFlush(sync)
    const mapper = new PathMapper(sync?.mappedPaths)

    expect(errors).toBeUndefined()
    expect(flushed).toEqual({ idsChanged: true })
    expect(mapper.get(['todos', created])).toBeUndefined()
    expect(proxy.getDocument().todos[created]).toEqual({ title: 'tea', done: false, tags: [], by: 'ann' })
    expect(proxy.getDocument()).toEqual(master.getSnapshot().document)
  })

  it('may use an action as a type', () => {
    const actions: CommandAction[] = [CommandAction.Create, CommandAction.Update, CommandAction.Delete]
    const isDelete = (action: CommandAction): action is CommandAction.Delete => action === CommandAction.Delete
    neverRun(() => {
      // @ts-expect-error there is no such action
      const action: CommandAction = 'replace'
      return action
    })
    expect(actions.filter(isDelete)).toEqual(['delete'])
  })

  it('may hand an untyped interceptor and a wide-open document in', () => {
    const config: ProxyConfig<any> = {
      interceptor: (document: any, command: Command) =>
        document.locked && command.action ? { rejection: 'locked' } : undefined,
    }
    const proxy = new Proxy<any>({ commandCount: 3, document: { locked: true } }, config)
    const result = proxy.apply({ action: CommandAction.Update, props: { a: 1 } })
    expect(result).toEqual({ isSuccess: false, code: 'rejected', error: 'locked' })
    expect(new Master<any>({ commandCount: 0, document: {} }).getSnapshot().document.whatever).toBeUndefined()
  })
})
