import assert from 'node:assert/strict'
import { Master as FlushoutMaster, Proxy as FlushoutProxy } from 'flushout'
import { Master, Proxy } from '../lib/index.ts'
import { milliseconds, race } from './rounds.ts'

interface TodoList {
  title: string
  todos: Record<string, { title: string; done: boolean; rank: number }>
}

/** What both have in common. */
interface Flushing {
  apply(command: object): { isSuccess: boolean }
  getCommandCount(): number
  beginFlush(): object
  endFlush(sync: unknown): unknown
  getDocument(): TodoList
}

interface Deciding {
  apply(flush: object): Promise<{ sync?: unknown }>
}

const overTheWire = <V>(value: V): V => (value === undefined ? value : (JSON.parse(JSON.stringify(value)) as V))

function snapshotOf(count: number) {
  const todos: TodoList['todos'] = {}
  for (let rank = 0; rank < count; rank++) todos[`todo-${rank}`] = { title: `todo ${rank}`, done: false, rank }
  return { commandCount: 0, document: { title: '', todos } }
}

/** A pair that keeps on: each run flushes one update after another, to the master and back over a wire of JSON text. */
function pair(size: number, cycles: number, proxy: Flushing, master: Deciding): () => Promise<void> {
  let n = 0
  return async () => {
    for (let i = 0; i < cycles; i++) {
      const rank = n++
      const path = ['todos', `todo-${rank % size}`]
      assert(proxy.apply({ action: 'update', path, props: { rank } }).isSuccess)
      const { sync } = overTheWire(await master.apply(overTheWire(proxy.beginFlush())))
      proxy.endFlush(sync)
    }
    // Not the snapshot's: a document that was handed out is copied by the next write.
    assert.equal(proxy.getCommandCount(), n)
  }
}

const [small, large] = [1_000, 100_000]
const cycles = 1_000
const ours = (size: number) =>
  pair(
    size,
    cycles,
    new Proxy<TodoList>(snapshotOf(size)) as Flushing,
    new Master<TodoList>(snapshotOf(size)) as Deciding,
  )

const fewer = 5
const theirs = (size: number) =>
  pair(
    size,
    fewer,
    new FlushoutProxy<TodoList>(snapshotOf(size)) as unknown as Flushing,
    new FlushoutMaster<TodoList>(snapshotOf(size)) as unknown as Deciding,
  )

const times = await race(9, { small: ours(small), large: ours(large) })
const flushout = await race(3, { small: theirs(small), large: theirs(large) })

const cost = (all: Record<string, number>, name: string, runs: number): number => (all[name] as number) / runs
const report = (who: string, all: Record<string, number>, runs: number): void => {
  const [few, many] = [cost(all, 'small', runs), cost(all, 'large', runs)]
  console.log(
    `${who}: a flush cycle of one update costs ${milliseconds(few)} at ${small} todos, ${milliseconds(many)} at ${large}: ${(many / few).toFixed(2)} times`,
  )
}
report('millrace', times, cycles)
report('flushout', flushout, fewer)
