import { memoryHistory } from '../../adapters/history/memory/index.ts'
import { createHost } from '../../lib/host/index.ts'
import { document } from '../../lib/index.ts'
import type { Contender } from '../support/contender.ts'
import { answering } from '../support/remote.ts'
import { Speaker } from '../support/speaker.ts'
import { changesOf, listOf, type TodoList } from '../support/todos.ts'
import { able } from '../support/workload.ts'

// What is held by something is what the heap grows by while it is made, divided by how many were made.

const many = 10_000
const kept: unknown[] = []

async function bytesOf(count: number, make: () => unknown): Promise<number> {
  const before = await used()
  kept.push(await make())
  return ((await used()) - before) / count
}

/** After all that can be freed is freed; finalizers run between turns. */
async function used(): Promise<number> {
  for (let i = 0; i < 4; i++) {
    globalThis.gc?.()
    await new Promise((resolve) => setImmediate(resolve))
  }
  return process.memoryUsage().heapUsed
}

const contenderAt = async (path: string): Promise<Contender> => (await import(path)).contender

/** A list as it came over a line. */
const received = (text: string): TodoList => JSON.parse(text)

async function todo(path: string): Promise<number> {
  const hold = able(await contenderAt(path), 'hold')
  const text = JSON.stringify(listOf(many))
  // What a contender makes once is not a todo's.
  kept.push(hold(listOf(1)))
  return bytesOf(many, () => hold(received(text)))
}

async function pending(path: string): Promise<number> {
  const editor = able(await contenderAt(path), 'edit')(listOf(many))
  for (const { id, changes } of changesOf(0, many, many)) editor.update(id, changes)
  kept.push(editor)
  return bytesOf(many, () => {
    for (const { id, changes } of changesOf(many, many, many)) editor.update(id, changes)
  })
}

/** Commands as they would be written down, and nothing that holds them but a list. */
const bare = () =>
  bytesOf(many, () =>
    changesOf(0, many, many).map(({ id, changes }) => ({ action: 'update', path: ['todos', id], props: changes })),
  )

const kinds = { list: document({ initial: listOf(10) }) }
const idle = 1_000

async function session(): Promise<number> {
  const host = createHost({ documents: kinds, history: memoryHistory() })
  kept.push(host, await Speaker.at(host, 'list/shopping'))
  return bytesOf(idle, () => Promise.all(Array.from({ length: idle }, () => Speaker.at(host, 'list/shopping'))))
}

async function hosted(): Promise<number> {
  const host = createHost({ documents: kinds, history: memoryHistory() })
  kept.push(host, await Speaker.at(host, 'list/shopping'))
  return bytesOf(idle, () => Promise.all(Array.from({ length: idle }, (_, i) => host.open(`list/${i}`))))
}

answering({ todo, pending, bare, session, hosted })
