import { describe, expect, it } from '@jest/globals'
import { Master, Proxy } from '../lib/index.ts'
import { freezeDeep } from './support/freeze.ts'

interface TodoList {
  title: string
  todos: Record<string, { title: string; tags?: string[] }>
  archive?: Record<string, { title: string }>
}

type List = Proxy<TodoList>

const openList = (): List => new Proxy<TodoList>({ commandCount: 0, document: { title: '', todos: {} } })

describe('A cursor', () => {
  it('is the same for equal paths while anyone holds it, however they are written', () => {
    const list = openList()
    const held = list.at('todos', 'a,b')
    expect(list.at('todos').at('a,b')).toBe(held)
    expect(list.at.path(['todos', 'a,b'])).toBe(held)
    expect(list.at().at('todos').at.path(['a,b'])).toBe(held)
    expect(list.at.path(['todos', 'a', 'b'])).not.toBe(held)
    expect(openList().at('todos', 'a,b')).not.toBe(held)
  })

  it('creates, updates and deletes where it stands', () => {
    const list = openList()
    const added = list.at('todos').create({ title: 'tea' })
    if (!added.isSuccess) throw new Error(added.error)
    const todo = list.at('todos', added.createdId as string)
    expect(todo.update({ tags: ['hot'] }).isSuccess).toBe(true)
    expect(todo.value).toEqual({ title: 'tea', tags: ['hot'] })
    expect(todo.update({ title: 'green tea' }, ['tags']).isSuccess).toBe(true)
    expect(todo.value).toEqual({ title: 'green tea' })
    expect(todo.delete().isSuccess).toBe(true)
    expect(todo.value).toBeUndefined()
    expect(todo.update({ title: 'x' })).toMatchObject({ isSuccess: false, code: 'not_found' })
  })

  it('creates under a chosen id, or not at all', () => {
    const list = openList()
    expect(list.at('todos').create({ title: 'one' }, { id: 'a' })).toMatchObject({ isSuccess: true, createdId: 'a' })
    expect(list.at('todos').create({ title: 'two' }, { id: 'a' })).toEqual({
      isSuccess: false,
      code: 'exists',
      error: "todos already has 'a': choose another id.",
    })
    expect(list.getDocument().todos).toEqual({ a: { title: 'one' } })
  })

  it('stays where it is when its object is renamed, which tells where that is now', async () => {
    const first = { commandCount: 0, document: { title: '', todos: {} } }
    const master = new Master<TodoList>(first)
    const [ann, bob] = [1, 2].map(() => new Proxy<TodoList>(first, { sequentialIds: true })) as [List, List]
    for (const [list, title] of [[ann, 'tea'] as const, [bob, 'milk'] as const]) list.at('todos').create({ title })
    await master.apply(ann.beginFlush())
    const [id] = Object.keys(bob.getDocument().todos) as [string]
    const before = bob.at('todos', id)
    const ids: string[] = []
    bob.sync$.subscribe((event) => event.type === 'renamed' && ids.push(event.id))
    expect(bob.endFlush((await master.apply(bob.beginFlush())).sync)).toEqual({ idsChanged: true })
    expect(before.value).toEqual({ title: 'tea' })
    expect(ids.map((now) => bob.at('todos', now).value)).toEqual([{ title: 'milk' }])
  })

  it('makes the record that it creates in, where it is told what that looks like', () => {
    const list = openList()
    const archive = list.at('archive')
    expect(archive.create({ title: 'old' }, { id: 'a' })).toMatchObject({
      code: 'not_found',
      error: 'No object at archive.',
    })
    expect(archive.create({ title: 'old' }, { id: 'a', parentDefault: {} }).isSuccess).toBe(true)
    expect(archive.value).toEqual({ a: { title: 'old' } })
  })

  it('tells which keys come, go and move, and nothing of their values', () => {
    const list = openList()
    const told: (readonly string[])[] = []
    list.at('todos').keys$.subscribe((keys) => told.push(keys))
    list.at('todos').create({ title: 'one' }, { id: 'a' })
    list.at('todos', 'a').update({ title: 'two' })
    list.at('todos').create({ title: 'one' }, { id: '7' })
    list.at('todos', 'a').delete()
    list.at().update({ title: 'shopping' })
    list.at('todos').delete()
    list.at().update({ todos: {} })
    expect(told).toEqual([[], ['a'], ['7', 'a'], ['7'], []])
  })

  it('shows values that never change afterwards, nobody else’s props among them', () => {
    const list = openList()
    const props = { title: 'tea', tags: ['hot'] }
    list.at('todos').create(props, { id: 'a' })
    const seen = freezeDeep(list.at('todos', 'a').value)
    props.tags.push('mine')
    list.at('todos', 'a').update({ title: 'coffee' })
    list.at('todos').delete()
    expect(seen).toEqual({ title: 'tea', tags: ['hot'] })
  })

  it('names its place from the root, and stands where there is nothing too', () => {
    const list = openList()
    const { path, value } = list.at('archive', 'x', 'title')
    expect(path).toEqual(['archive', 'x', 'title'])
    expect(value).toBeUndefined()
    expect(list.at().path).toEqual([])
    expect(list.at().value).toBe(list.getDocument())
  })
})
