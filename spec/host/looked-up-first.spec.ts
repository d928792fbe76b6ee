import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { Context } from '../../lib/documents.ts'
import type { HostConfig } from '../../lib/host/host.ts'
import { type Lists, list, Scene, shopping } from '../support/scene.ts'
import { adding } from '../support/spoken.ts'

const changes: readonly (readonly [what: string, config: Partial<HostConfig<Lists, Context>>])[] = [
  ['may only read by now', { authorize: () => 'read' }],
  ['sends more than the host takes by now', { limits: { flushBytes: 10 } }],
  ['fills a document that is full by now', { limits: { documentBytes: 10 } }],
  ['would be rejected by beforeFlush by now', { beforeFlush: () => Promise.reject(new Error('Not today.')) }],
  [
    'would be rejected by the interceptor by now',
    { documents: { list: { ...list, interceptor: () => ({ rejection: 'Not this.' }) } } },
  ],
  [
    'would be rewritten by now',
    { documents: { list: { ...list, interceptor: () => ({ newProps: { title: 'something else' } }) } } },
  ],
]

describe('A flush that was taken is answered from the record, though its sender', () => {
  let scene: Scene
  beforeEach(() => {
    scene = new Scene()
  })
  afterEach(() => scene.close())

  it.each(changes)('%s', async (_, config) => {
    const before = await scene.talk(scene.serve())
    await before.open(shopping)
    await before.flush(shopping, 0, [adding('milk'), adding('bread')])
    before.close()
    const after = await scene.talk(scene.serve(config))
    await after.open(shopping)
    const answers = await after.flush(shopping, 0, [adding('milk'), adding('bread')])
    expect(answers).toMatchObject([{ type: 'flushed', record: { seq: 2, outcome: {} } }])
    expect(answers[0]).not.toHaveProperty('follows')
    const [next] = await after.flush(shopping, 2, [adding('eggs')])
    expect(JSON.stringify(next)).toMatch(/rejected|rewritten|too_large/)
    after.close()
    expect(await scene.titles()).toEqual(expect.arrayContaining(['milk', 'bread']))
  })
})
