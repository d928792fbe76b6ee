import { describe, expect, it } from '@jest/globals'
import { Master, Proxy, replay } from '../../lib/index.ts'
import { freezeDeep } from '../support/freeze.ts'

interface TodoList {
  title: string
  todos: Record<string, { title: string }>
}

const initial = { commandCount: 10, document: { title: '', todos: {} } as TodoList }

describe('A replay', () => {
  it('rebuilds any later state from a snapshot, which stays as it is', () => {
    const snapshot = freezeDeep({ commandCount: 10, document: { title: '', todos: { a: { title: 'tea' } } } })
    const { commandCount, document } = replay<TodoList>(snapshot, [
      { command: { action: 'create', path: ['todos'], props: { title: 'coffee' } }, createdId: 'b' },
      { command: { action: 'update', path: ['todos', 'b'], props: { title: 'green coffee' } } },
      { command: { action: 'delete', path: ['todos', 'a'] } },
    ])
    expect(commandCount).toBe(13)
    expect(document).toEqual({ title: '', todos: { b: { title: 'green coffee' } } })
  })

  it('undoes a command by going to just before it, with no interceptor asked again', async () => {
    let asked = 0
    const interceptor = () => {
      asked++
      return undefined
    }
    const master = new Master<TodoList>(initial, { interceptor })
    const proxy = new Proxy<TodoList>(initial)
    for (const title of ['one', 'two', 'a mistake']) proxy.at().update({ title })
    const { applied } = await master.apply(proxy.beginFlush())

    const before = replay(initial, applied.completions.slice(0, 2))
    expect(before).toEqual({ commandCount: 12, document: { title: 'two', todos: {} } })
    expect(replay(before, applied.completions.slice(2))).toEqual(master.getSnapshot())
    expect(asked).toBe(3)
  })

  it('counts a completion that changes nothing, as old histories hold them', () => {
    const { commandCount, document } = replay(initial, [
      { command: { action: 'delete', path: ['todos', 'gone'] } },
      { command: { action: 'update', path: ['todos', 'gone'], props: { title: 'x' } } },
      { command: { action: 'create', path: ['todos'], props: { title: 'x' } } },
      { command: { action: 'detete', path: ['title'] } },
    ])
    expect(commandCount).toBe(14)
    expect(document).toEqual({ todos: {} })
  })

  it('stops before it begins where the history holds an action that is unknown here', () => {
    const completions = [
      { command: { action: 'update', props: { title: 'x' } } },
      { command: { action: 'merge', path: ['todos', 'a'] } },
    ]
    expect(() => replay(initial, completions)).toThrow(
      "The history holds an action that is unknown here ('merge' at todos/a): update this program.",
    )
    expect(() => replay(initial, completions)).toThrow(expect.objectContaining({ code: 'unsupported' }))
  })
})
