import { describe, expect, it } from '@jest/globals'
import { textOf } from '../lib/host/index.ts'
import { type ApplyResult, type CommandCompletion, type CompletionBatch, Master } from '../lib/index.ts'

interface List {
  title: string
  todos: Record<string, { title: string }>
}

const initial = (): List => ({ title: '', todos: {} })
const titled = (...titles: string[]): CommandCompletion[] =>
  titles.map((title) => ({ command: { action: 'update', props: { title } } }))
const creating = (createdId: string): CommandCompletion => ({
  command: { action: 'create', path: ['todos'], props: { title: createdId } },
  createdId,
})

describe('The text of an answer', () => {
  const history: CommandCompletion[] = []
  const given = { historyProvider: async (from: number, to: number) => history.slice(from, to) }

  async function answers(master: Master<List>, batches: readonly CompletionBatch[]): Promise<ApplyResult<List>[]> {
    history.length = 0
    const all: ApplyResult<List>[] = []
    for (const batch of batches) {
      const answer = await master.apply(batch)
      history.push(...answer.applied.completions)
      all.push(answer)
    }
    return all
  }

  const flushes: readonly CompletionBatch[] = [
    { from: 0, completions: titled('one', 'two', 'three') },
    { from: 3, completions: [] },
    { from: 0, completions: titled('four') },
    { from: 2, completions: [creating('a'), ...titled('five')] },
    { from: 0, completions: [creating('a'), { command: { action: 'delete', path: ['todos', 'nobody'] } }] },
    { from: 1, completions: titled('six') },
  ]

  it.each([
    { name: 'with a history', config: given },
    { name: 'with a history that is read anew', config: { historyProvider: async () => structuredClone(history) } },
    { name: 'without a history', config: {} },
  ])('is that of JSON.stringify: a Master $name', async ({ config }) => {
    const master = new Master({ commandCount: 0, document: initial() }, { sequentialIds: true, ...config })
    for (const answer of await answers(master, flushes)) {
      const { applied, sync } = answer
      // Twice: what was kept of the first is what the second gives.
      for (const part of [{ applied }, { sync }, answer, { sync }, { applied }])
        expect(textOf(part)).toBe(JSON.stringify(part))
    }
  })

  it('holds text of a batch that was made once', async () => {
    const master = new Master({ commandCount: 0, document: initial() }, given)
    const [first] = await answers(master, flushes.slice(0, 1))
    const kept = textOf({ applied: first?.applied })
    for (const { command } of history) Object.assign(command, { action: 'changed' })
    const { sync } = await master.apply({ from: 0, completions: titled('late') })
    expect(JSON.stringify(sync)).toContain('"changed"')
    expect(textOf({ sync })).toContain(kept.slice('{"applied":'.length, -']}}'.length))
    expect(textOf({ sync })).not.toContain('"changed"')
  })

  it('follows a history that begins within a batch, or takes it apart', async () => {
    const master = new Master({ commandCount: 0, document: initial() }, given)
    const [first] = await answers(master, flushes.slice(0, 1))
    textOf({ applied: first?.applied })
    for (const change of [() => undefined, () => history.reverse(), () => history.splice(1, 1, ...titled('other'))]) {
      change()
      for (const from of [0, 1, 2]) {
        const sync = { isPartial: true, diff: { from, completions: history.slice(from) } } as const
        expect(textOf({ sync })).toBe(JSON.stringify({ sync }))
      }
    }
  })
})
