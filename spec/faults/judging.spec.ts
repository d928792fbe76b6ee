import { afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import type { Batch } from '../../lib/contracts/history.ts'
import type { DocumentId } from './programs/documents.ts'
import { conclude } from './support/conclusion.ts'
import type { Evidence } from './support/evidence.ts'
import { keptAt } from './support/histories.ts'
import { type Entry, livesIn } from './support/journal.ts'
import { bundledPrograms } from './support/programs.ts'
import { violations } from './support/verdict.ts'
import { longEnough, within } from './support/within.ts'
import { World } from './support/world.ts'

const board: DocumentId = 'board/one'

describe('The judge of what is left', () => {
  const programs = bundledPrograms()
  let sound: Evidence
  beforeAll(async () => {
    const world = await World.begin(programs, { hosts: 2 })
    worlds.push(world)
    const seats = [await world.sit('ann', { host: 0 }), await world.sit('bob', { host: 1 })]
    const work = { type: 'work', commands: 50, until: 'settled' } as const
    await Promise.all(seats.map(({ process }) => process.ask(work)))
    expect(await conclude(world)).toEqual([])
    const { histories, snapshots } = await keptAt(world.place())
    sound = { lives: livesIn(world.journals), histories, shown: snapshots }
  }, longEnough)
  const worlds: World[] = []
  afterEach(async () => {
    for (const world of worlds.splice(0)) await world.close()
  })

  const withBatches = (change: (batches: Batch[]) => Batch[]): Evidence => ({
    ...sound,
    histories: new Map([...sound.histories, [board, change([...(sound.histories.get(board) ?? [])])]]),
  })
  const withEntries = (change: (entry: Entry, i: number) => Entry[]): Evidence => ({
    ...sound,
    lives: sound.lives.map((life) => ({ ...life, entries: life.entries.flatMap(change) })),
  })
  const without = (type: Entry['type']) => withEntries((entry) => (entry.type === type ? [] : [entry]))
  const withTold = (event: Extract<Entry, { type: 'told' }>['event']) =>
    withEntries((entry, i) => (i === 9 ? [entry, { type: 'told', document: board, event }] : [entry]))
  /** A batch with commands, in the middle. */
  const middle = (batches: readonly Batch[]) =>
    batches.findIndex(({ completions }, i) => i > 5 && completions.length > 0)

  it('finds nothing where all is as it should be', () => {
    expect(violations(sound)).toEqual([])
  })

  it.each<[string, string, () => Evidence]>([
    ['a batch that is gone', 'I1', () => withBatches((all) => all.filter((_, i) => i !== middle(all)))],
    ['the last batch gone', 'I4', () => withBatches((all) => all.slice(0, -1))],
    ['two batches in another order', 'I1', () => withBatches(swapped)],
    ['a batch that is there twice', 'I2', () => withBatches(doubled)],
    ['a command with other content', 'I5', () => withBatches((all) => all.map(changed))],
    ['a command that nobody said', 'I6', () => without('said')],
    ['a command that nobody made', 'I6', () => without('made')],
    ['a refusal that nobody was told of', 'I11', () => without('told')],
    [
      'a refusal that was told twice',
      'I11',
      () => withEntries((entry) => (entry.type === 'told' ? [entry, entry] : [entry])),
    ],
    [
      'a document that never was',
      'I8',
      () => withEntries((entry) => [entry.type === 'shows' ? { ...entry, hash: 'x' } : entry]),
    ],
    [
      'a count that goes back',
      'I8',
      () => withEntries((entry) => (entry.type === 'shows' ? [entry, { ...entry, count: 0 }] : [entry])),
    ],
    [
      'another order of the keys',
      'I7',
      () => ({ ...sound, shown: sound.shown.map((one) => ({ ...one, text: turned(one.text) })) }),
    ],
    ['a command that was never settled', 'I12', () => without('settled')],
    ['a loss that there was not', 'I16', () => withTold({ type: 'regressed', commandCount: 1 })],
    ['commands that were given to nobody', 'I4', () => withTold({ type: 'taken_over', commands: 1 })],
    ['a storage in trouble', 'I13', () => withTold({ type: 'storage', code: 'storage_failed', reason: 'It burns.' })],
    [
      'an error that nobody caught',
      'I13',
      () => withEntries((entry, i) => [i === 9 ? { type: 'wrong', what: 'It threw.' } : entry]),
    ],
  ])('finds %s', (_, invariant, evidence) => {
    expect(violations(evidence()).map((text) => text.split(':')[0])).toContain(invariant)
  })

  it.each([
    ['a storage that says too early that it has something', 'I4', { way: 'says too early that it is written' }, {}],
    ['a line that goes by another name each time', 'I3', { way: 'goes by another name each time' }, {}],
    ['a history that changes what was said', 'I5', {}, { way: 'changes content' }],
  ] as const)(
    'finds out %s',
    async (_, invariant, client, host) => {
      const world = await World.begin(programs, { host })
      worlds.push(world)
      const ann = await world.sit('ann', client)
      for (const at of [
        'once it is answered',
        'before it is sent',
        'once it is answered',
        'before it is sent',
      ] as const) {
        await ann.process.ask({ type: 'work', commands: 8, until: 'kept' })
        await ann.process.ask({ type: 'arm', failpoint: { at, nth: 1 } })
        void ann.process.ask({ type: 'work', commands: 12, until: 'kept' })
        await within(`a client to die ${at}`, ann.process.ended)
        world.reseat(ann)
      }
      const found = await conclude(world)
      expect(found.map((text) => text.split(':')[0])).toContain(invariant)
    },
    longEnough,
  )

  function swapped(all: Batch[]): Batch[] {
    const at = middle(all)
    const [one, other] = [all[at] as Batch, all[at + 1] as Batch]
    return all.with(at, other).with(at + 1, one)
  }

  function doubled(all: Batch[]): Batch[] {
    const last = all.at(-1) as Batch
    const from = last.from + last.completions.length
    return [...all, { ...last, from, follows: last.mark, mark: 'twice' }]
  }
})

const changed = (batch: Batch): Batch => ({
  ...batch,
  completions: JSON.parse(JSON.stringify(batch.completions).replaceAll('"text 7"', '"text 8"')),
})

function turned(text: string): string {
  const { items } = JSON.parse(text) as { items: object }
  return JSON.stringify({ items: Object.fromEntries(Object.entries(items).reverse()) })
}
