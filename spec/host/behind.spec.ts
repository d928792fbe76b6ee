import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { Held } from '../support/controlled-history.ts'
import { list, Scene, type Served, shopping } from '../support/scene.ts'
import { adding, type Spoken } from '../support/spoken.ts'

const oneTodo = {
  list: {
    ...list,
    interceptor: ({ todos }: { todos: object }) =>
      Object.keys(todos).length > 0 ? { rejection: 'One is enough.' } : undefined,
  },
}

describe('A host that is behind', () => {
  let scene: Scene
  let behind: Served
  let ahead: Served
  let reads: Held
  let writer: Spoken
  let session: Spoken

  beforeEach(async () => {
    scene = new Scene()
    behind = scene.serve({ documents: oneTodo })
    ahead = scene.serve()
    session = await scene.talk(behind)
    await session.open(shopping)
    reads = new Held()
    behind.history.reads = reads
    writer = await scene.talk(ahead)
    await writer.open(shopping, 'writer')
    await writer.flush(shopping, 0, [adding('milk')], 'writer')
  })
  afterEach(async () => {
    for (const one of [writer, session]) one.close()
    await scene.close()
  })

  const catchesUp = async () => {
    behind.history.reads = undefined
    reads.release()
    await scene.time.pass(1_000)
  }
  const positionOf = (spoken: Spoken) =>
    spoken.told.flatMap((message) => (message.type === 'flushed' ? [message.position] : [])).at(-1)

  it('tells nobody who is ahead that the history has regressed', async () => {
    const other = await scene.talk(behind)
    const position = positionOf(writer)
    expect(await other.ask({ type: 'open', document: shopping, client: 'writer', position })).toEqual([])
    await catchesUp()
    expect(other.told.slice(1)).toMatchObject([{ type: 'flushed', position, record: { seq: 1 } }])
    other.close()
  })

  it('rejects nothing for what it does not know, and what it must once it knows', async () => {
    expect(await session.flush(shopping, 0, [adding('bread')])).toEqual([])
    await catchesUp()
    expect(session.told.slice(-2)).toMatchObject([
      { type: 'commands', client: 'writer' },
      { type: 'flushed', record: { seq: 1, outcome: { rejected: [{ seq: 1, reason: 'One is enough.' }] } } },
    ])
    expect(await scene.titles()).toEqual(['milk'])
  })

  it('says that commands are missing only where the head misses them', async () => {
    await session.open(shopping, 'writer')
    expect(await session.flush(shopping, 1, [adding('bread')], 'writer')).toEqual([])
    await catchesUp()
    expect(session.errors).toEqual([])
    expect(session.told.slice(-2)).toMatchObject([
      { type: 'flushed', client: 'writer', record: { seq: 2 } },
      { type: 'commands', client: 'writer', after: 1 },
    ])
  })

  it('says that a flush has expired only out of an append', async () => {
    const position = positionOf(writer)
    const flush = { type: 'flush', document: shopping, client: 'me', after: 0, from: position }
    expect(await session.ask({ ...flush, completions: [adding('bread')] })).toEqual([])
    await catchesUp()
    expect(session.errors).toEqual([])
    expect(session.told.at(-1)).toMatchObject({ type: 'flushed', client: 'me', record: { seq: 1 } })
  })
})
