import { describe, expect, it } from '@jest/globals'
import { type Wake, Watchers } from '../../lib/replica/watchers.ts'

/** Watchers by name, and who is woken by a change. */
function watching(...places: [path: string, kind: 'values' | 'keys'][]) {
  const watchers = new Watchers()
  const names = new Map<Wake, string>()
  const leave = places.map(([path, kind]) => {
    const wake = () => undefined
    names.set(wake, `${path} ${kind}`)
    return watchers.add(path === '' ? [] : path.split('/'), kind, wake)
  })
  const woken = (path: string[], key: string, moved: boolean) => {
    const into = new Set<Wake>()
    watchers.collect(path, key, moved, into)
    return [...into].map((wake) => names.get(wake)).sort()
  }
  return { watchers, leave, woken }
}

describe('Watchers', () => {
  const places: [string, 'values' | 'keys'][] = [
    ['', 'values'],
    ['', 'keys'],
    ['todos', 'values'],
    ['todos', 'keys'],
    ['todos/a', 'values'],
    ['todos/a/title', 'values'],
    ['todos/b', 'values'],
    ['title', 'values'],
  ]

  it('wake those above, at and below a change, and nobody beside it', () => {
    const { woken } = watching(...places)
    expect(woken(['todos', 'a'], 'title', false)).toEqual([
      ' values',
      'todos values',
      'todos/a values',
      'todos/a/title values',
    ])
    expect(woken(['todos', 'a'], 'done', false)).toEqual([' values', 'todos values', 'todos/a values'])
    expect(woken([], 'title', false)).toEqual([' values', 'title values'])
    expect(woken(['elsewhere', 'deep'], 'x', false)).toEqual([' values'])
  })

  it('wake those who look at keys only when keys come, go or move, or all is replaced', () => {
    const { woken } = watching(...places)
    expect(woken(['todos'], 'b', false)).toEqual([' values', 'todos values', 'todos/b values'])
    expect(woken(['todos'], 'b', true)).toEqual([' values', 'todos keys', 'todos values', 'todos/b values'])
    expect(woken([], 'todos', false)).toEqual([
      ' values',
      'todos keys',
      'todos values',
      'todos/a values',
      'todos/a/title values',
      'todos/b values',
    ])
  })

  it('know nobody any more when all have left, each once', () => {
    const { watchers, leave, woken } = watching(...places)
    expect(watchers.count).toBe(places.length)
    for (const end of leave) {
      end()
      end()
    }
    expect([watchers.count, watchers.isEmpty, watchers.all().size]).toEqual([0, true, 0])
    expect(woken(['todos', 'a'], 'title', true)).toEqual([])
    watchers.add(['todos', 'a'], 'values', () => undefined)
    expect(watchers.all().size).toBe(1)
  })
})
