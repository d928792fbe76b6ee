import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import {
  type ApplyResult,
  type CommandCompletion,
  type CompletionBatch,
  type Interceptor,
  Master,
  Proxy,
  type Settlement,
  type SyncEvent,
} from '../lib/index.ts'
import { arbitraryDocument, arbitraryWish, type Wish } from './support/arbitrary-commands.ts'
import { freezeDeep } from './support/freeze.ts'
import { play, replayText } from './support/plain-replay.ts'

type Json = Record<string, unknown>

const overTheWire = <V>(value: V): V => JSON.parse(JSON.stringify(value)) as V

/** A proxy that lets one see what waits in it. */
class SeenProxy extends Proxy<Json> {
  get waiting(): CommandCompletion[] {
    return this.replica.pending as unknown as CommandCompletion[]
  }

  get confirmedCount(): number {
    return this.getCommandCount() - this.waiting.length
  }
}

/** Refuses some, rewrites some by what the document holds, and fails for some. */
const strict: Interceptor<Json> = (document, { action, path = [], ...rest }) => {
  const { props } = rest as { props?: Json }
  if (action === 'delete' && path.includes('c')) return { rejection: 'c stays' }
  if (props?.b === true) throw new Error('b must not be true')
  if (typeof props?.a === 'number') return { newProps: { ...props, seen: Object.keys(document).length } }
  return undefined
}

const picky: Interceptor<Json> = (_, { action, path = [] }) =>
  action === 'update' && path[0] === '10' ? { rejection: '10 is read only' } : undefined

type Step = { readonly at: number } & (
  | { readonly wish: Wish }
  | { readonly move: 'begin' | 'arrive' | 'end' | 'cancel' | 'look' }
)

const arbitraryStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 9, arbitrary: fc.record({ at: fc.nat(2), wish: arbitraryWish }) },
  {
    weight: 6,
    arbitrary: fc.record({
      at: fc.nat(2),
      move: fc.constantFrom('begin', 'begin', 'arrive', 'arrive', 'end', 'end', 'cancel', 'look'),
    }),
  },
)

interface Side {
  readonly proxy: SeenProxy
  readonly reports: SyncEvent[]
  readonly settlements: Promise<Settlement>[]
  /** What its creates and updates are known by in the history; none for a delete. */
  readonly marks: (string | undefined)[]
  flush: CompletionBatch | undefined
  answer: ApplyResult<Json> | undefined
  confirmed: number
}

/** Several proxies and their Master, with all that happens between them in the hands of the spec. */
class World {
  readonly history: CommandCompletion[] = []
  readonly shown: { value: unknown; text: string }[] = []
  readonly master: Master<Json>
  readonly sides: readonly Side[]
  /** Whether something was sent again that the master had taken. */
  hasResent = false
  fullSyncs = 0
  partialSyncs = 0
  readonly #initial: Json

  constructor(initial: Json, isStrict: boolean, kept: number) {
    this.#initial = freezeDeep(initial)
    const historyProvider = async (from: number, to: number) =>
      to - from > kept ? undefined : overTheWire(this.history.slice(from, to))
    this.master = new Master(
      { commandCount: 0, document: initial },
      { historyProvider, sequentialIds: true, ...(isStrict && { interceptor: strict }) },
    )
    this.sides = [0, 1, 2].map((at) => {
      const config = { sequentialIds: true, ...(at === 0 && { interceptor: picky }) }
      const proxy = new SeenProxy({ commandCount: 0, document: overTheWire(initial) }, config)
      const reports: SyncEvent[] = []
      proxy.sync$.subscribe((event) => reports.push(event))
      return { proxy, reports, settlements: [], marks: [], flush: undefined, answer: undefined, confirmed: 0 }
    })
  }

  wish({ proxy, settlements, marks }: Side, wish: Wish): void {
    const command = wish(proxy.getDocument())
    const mark = `${this.sides.findIndex((side) => side.proxy === proxy)}:${marks.length}`
    const marked = command.action === 'delete' ? command : { ...command, props: { ...command.props, mark } }
    const result = proxy.apply(marked)
    if (!result.isSuccess) return
    marks.push(command.action === 'delete' ? undefined : mark)
    settlements.push(result.settled)
  }

  async move(side: Side, move: 'begin' | 'arrive' | 'end' | 'cancel' | 'look'): Promise<void> {
    const { proxy } = side
    if (move === 'look') {
      for (const value of [proxy.getDocument(), this.master.getSnapshot().document]) {
        this.shown.push({ value: freezeDeep(value), text: JSON.stringify(value) })
      }
    } else if (move === 'begin') {
      if (!side.flush) side.flush = overTheWire(proxy.beginFlush())
    } else if (move === 'arrive') {
      if (!side.flush || side.answer) return
      const answer = await this.master.apply(side.flush)
      expect(answer.applied.from).toBe(this.history.length)
      this.history.push(...answer.applied.completions)
      side.answer = overTheWire(answer)
    } else if (side.flush) {
      if (move === 'cancel') {
        if (side.answer) this.hasResent = true
        proxy.cancelFlush(side.flush)
      } else if (side.answer) {
        this.#end(side, side.answer)
      } else return
      side.flush = undefined
      side.answer = undefined
    }
  }

  check(side: Side): void {
    const { proxy } = side
    const document = JSON.parse(replayText(this.#initial, this.history.slice(0, proxy.confirmedCount))) as Json
    for (const completion of proxy.waiting) expect(play(document, completion)).toBe(true)
    expect(JSON.stringify(proxy.getDocument())).toBe(JSON.stringify(document))
    expect(proxy.confirmedCount).toBeGreaterThanOrEqual(side.confirmed)
    side.confirmed = proxy.confirmedCount
  }

  /** Everybody flushes until nothing waits. */
  async settle(): Promise<void> {
    for (let round = 0; round < 2; round++) {
      for (const side of this.sides) {
        await this.move(side, 'end')
        for (const move of ['cancel', 'begin', 'arrive', 'end'] as const) await this.move(side, move)
      }
    }
  }

  #end({ proxy }: Side, { sync }: ApplyResult<Json>): void {
    if (sync?.isPartial) this.partialSyncs++
    else if (sync) this.fullSyncs++
    const { error } = proxy.endFlush(sync)
    // The answer is of an earlier attempt, which was cancelled here: only a full one fits.
    if (error !== undefined) proxy.cancelFlush()
  }

  get text(): string {
    return replayText(this.#initial, this.history)
  }
}

describe('Several proxies and one master', () => {
  const counted = { full: 0, partial: 0, rejected: 0, dropped: 0, renamed: 0, rewritten: 0, confirmed: 0 }

  it('end with one document, keys in order, whatever was flushed, lost, cancelled, refused or renamed on the way', async () => {
    await fc.assert(
      fc.asyncProperty(
        arbitraryDocument,
        fc.array(arbitraryStep, { minLength: 30, maxLength: 90, size: 'max' }),
        fc.boolean(),
        fc.constantFrom(0, 3, 1000),
        async (initial, steps, isStrict, kept) => {
          const world = new World(initial, isStrict, kept)
          for (const step of steps) {
            const side = world.sides[step.at] as Side
            if ('wish' in step) world.wish(side, step.wish)
            else await world.move(side, step.move)
            world.check(side)
          }
          await world.settle()

          const { commandCount, document } = world.master.getSnapshot()
          expect(commandCount).toBe(world.history.length)
          expect(JSON.stringify(document)).toBe(world.text)
          for (const side of world.sides) {
            world.check(side)
            expect(side.proxy.hasUnflushedCommands()).toBe(false)
            expect(side.proxy.getCommandCount()).toBe(commandCount)
            expect(JSON.stringify(side.proxy.getDocument())).toBe(world.text)
          }
          for (const { value, text } of world.shown) expect(JSON.stringify(value)).toBe(text)

          for (const side of world.sides) {
            const settlements = await Promise.all(side.settlements)
            const told = (type: string) => side.reports.filter((report) => report.type === type).length
            const settled = (type: string) => settlements.filter((settlement) => settlement.type === type).length
            // Each refusal is reported exactly once.
            expect(told('rejected')).toBe(settled('rejected'))
            expect(told('dropped')).toBe(settled('dropped'))
            for (const { type } of settlements) counted[type as keyof typeof counted]++
            counted.renamed += told('renamed')

            const seen = world.history.map(({ command }) => {
              const { mark } = ((command as { props?: Json }).props ?? {}) as { mark?: string }
              return mark === undefined ? -1 : side.marks.indexOf(mark)
            })
            const own = seen.filter((index, i) => index >= 0 && seen.indexOf(index) === i)
            // A client's commands keep their order. A batch that arrives again has no name here to be known by, so
            // that what was refused the first time may come in after its successors.
            if (!world.hasResent) expect(own).toEqual([...own].sort((a, b) => a - b))
            settlements.forEach(({ type }, i) => {
              if (side.marks[i] === undefined) return
              // What was said of a command is true.
              if (type === 'confirmed' || type === 'rewritten') expect(own).toContain(i)
              else if (!world.hasResent) expect(own).not.toContain(i)
            })
          }
          counted.full += world.fullSyncs
          counted.partial += world.partialSyncs
        },
      ),
      { numRuns: 200 },
    )
    for (const count of Object.values(counted)) expect(count).toBeGreaterThan(20)
  })
})
