import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { beyond } from '../support/beyond.ts'
import { type Bundles, bundle } from '../support/programs.ts'
import type { Held } from './programs/cycles.ts'

describe('A process that served a thousand clients', () => {
  let programs: Bundles
  let folder: string
  beforeAll(async () => {
    programs = await bundle(new URL('./programs/', import.meta.url), 'cycles')
    folder = await mkdtemp(join(tmpdir(), 'millrace-'))
  })
  afterAll(async () => {
    await programs.remove()
    await rm(folder, { recursive: true })
  })

  it('holds what it held before, and ends by itself when everything is closed', async () => {
    // Compiled code is memory too, and comes when it likes: none is made.
    const child = fork(programs.path('cycles'), [folder], { execArgv: ['--no-opt'] })
    const ended = once(child, 'exit')
    const [{ before, after }] = (await once(child, 'message')) as [{ before: Held; after: Held }]
    expect(await ended).toEqual([0, null])
    // A timer that was about to pass may have been there before alone.
    expect(beyond(after.resources, before.resources)).toEqual([])
    expect(after.listeners).toEqual(before.listeners)
    expect(after.counts).toEqual({ sessions: 0, documents: 1 })
    expect(after.bytes / before.bytes).toBeLessThan(1.02)
    expect(after.bytes / before.bytes).toBeGreaterThan(0.9)
  }, 120_000)
})
