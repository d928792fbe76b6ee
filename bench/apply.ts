import assert from 'node:assert/strict'
import { Proxy as FlushoutProxy } from 'flushout'
import { Proxy } from '../lib/index.ts'
import { milliseconds, race } from './rounds.ts'

interface Todo {
  title: string
  done: boolean
  rank: number
}

interface TodoList {
  title: string
  todos: Record<string, Todo>
}

/** What both have in common. */
interface Editable {
  apply(command: object): { isSuccess: boolean; createdId?: string }
  getDocument(): TodoList
}

const todos = 10_000
const snapshot = () => ({ commandCount: 0, document: { title: '', todos: {} } })

/** Ten thousand creates, an update of each, a delete of every second one, with nobody looking. */
function edit(proxy: Editable): TodoList {
  const ids: string[] = []
  for (let rank = 0; rank < todos; rank++) {
    const props: Todo = { title: `todo ${rank}`, done: false, rank }
    ids.push(proxy.apply({ action: 'create', path: ['todos'], props }).createdId as string)
  }
  for (const id of ids) proxy.apply({ action: 'update', path: ['todos', id], props: { done: true } })
  // How flushout spells it; understood here as well.
  for (let i = 0; i < todos; i += 2) proxy.apply({ action: 'detete', path: ['todos', ids[i]] })
  return proxy.getDocument()
}

const results = new Map<string, TodoList>()
const contender = (name: string, open: () => Editable) => () => {
  results.set(name, edit(open()))
}

const times = await race(40, {
  millrace: contender('millrace', () => new Proxy<TodoList>(snapshot()) as unknown as Editable),
  flushout: contender('flushout', () => new FlushoutProxy<TodoList>(snapshot()) as unknown as Editable),
})

const [ours, theirs] = ['millrace', 'flushout'].map((name) => Object.values(results.get(name)?.todos ?? {}))
assert.equal(ours?.length, todos / 2)
assert.deepEqual(ours, theirs)

const { millrace = 0, flushout = 0 } = times
console.log(`apply, ${todos * 2.5} commands: millrace ${milliseconds(millrace)}, flushout ${milliseconds(flushout)}`)
console.log(`millrace is ${(flushout / millrace).toFixed(2)} times as fast (at least 1.5 is promised)`)
