import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { config, firstValueFrom, type Observable, type Subscription } from 'rxjs'
import { type Applied, type Command, type CommandCompletion, Master, Proxy } from '../lib/index.ts'
import type { Change } from '../lib/replica/replica.ts'
import {
  arbitraryDocument,
  arbitraryPath,
  arbitraryWish,
  type Turns,
  type Wish,
  walk,
} from './support/arbitrary-commands.ts'
import { freezeDeep } from './support/freeze.ts'
import { play } from './support/plain-replay.ts'

type Json = Record<string, unknown>

class SeenProxy extends Proxy<Json> {
  /** What stands at a path, without being handed out. */
  live(path: readonly string[]): unknown {
    return this.replica.tree.at(path)
  }

  get waiting(): Command[] {
    return this.replica.pending.map(({ command }) => command as Command)
  }

  get confirmedCount(): number {
    return this.replica.confirmedCount
  }

  get watched(): number {
    return this.replica.watchers.count
  }

  /** Others' commands come first, or a whole document stands in place of what was confirmed. */
  takeOver(change: Change): void {
    this.integrate(change)
  }
}

type Kind = 'value' | 'keys' | 'length'

type Move =
  | { readonly wish: Wish }
  | { readonly batch: readonly Wish[]; readonly throws: boolean }
  | { readonly theirs: readonly Wish[]; readonly isPartial: boolean }
  /** Somebody subscribes; `answers` applies a command from inside the callback, a few times. */
  | { readonly watch: Turns; readonly kind: Kind; readonly answers: Wish | undefined }
  | { readonly leave: number }

const wishes = fc.array(arbitraryWish, { minLength: 1, maxLength: 3 })
const arbitraryMove: fc.Arbitrary<Move> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ wish: arbitraryWish }) },
  { weight: 2, arbitrary: fc.record({ batch: wishes, throws: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ theirs: wishes, isPartial: fc.integer({ min: 0, max: 4 }).map((n) => n > 0) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      watch: arbitraryPath,
      kind: fc.constantFrom<Kind>('value', 'value', 'keys', 'length'),
      answers: fc.option(arbitraryWish, { freq: 4, nil: undefined }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ leave: fc.nat(5) }) },
)

const keysOf = (value: unknown): string[] =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : []

const lengthOf = (value: unknown): number => (JSON.stringify(value) ?? '').length

const seenAs = (kind: Kind, value: unknown): unknown =>
  kind === 'value' ? value : kind === 'keys' ? keysOf(value) : lengthOf(value)

const isRelated = (a: readonly string[], b: readonly string[]): boolean =>
  a.slice(0, b.length).every((segment, i) => segment === b[i])

/** One who looks at a place, and whether what it is told is true at the moment it is told. */
class Observer {
  readonly path: string[]
  readonly kind: Kind
  readonly told: unknown[] = []
  readonly lies: string[] = []
  readonly #subscription: Subscription

  constructor(proxy: SeenProxy, path: string[], kind: Kind, answer: () => void) {
    this.path = path
    this.kind = kind
    const cursor = proxy.at.path(path)
    const stream = {
      value: cursor.value$,
      keys: cursor.keys$,
      length: proxy.select(...(path as []), lengthOf as never),
    }[kind]
    this.#subscription = stream.subscribe((value: unknown) => {
      // An error thrown in here would be nobody's.
      const live = JSON.stringify(seenAs(kind, proxy.live(path)))
      if (JSON.stringify(value) !== live) this.lies.push(`told ${JSON.stringify(value)} where ${live} stands`)
      const isRepeated =
        kind === 'value' ? value === this.latest : JSON.stringify(value) === JSON.stringify(this.latest)
      if (this.told.length > 0 && isRepeated) this.lies.push(`told ${live} again`)
      this.told.push(freezeDeep(value))
      answer()
    })
  }

  get latest(): unknown {
    return this.told[this.told.length - 1]
  }

  leave(): void {
    this.#subscription.unsubscribe()
  }
}

describe('Whoever looks at a part of a document', () => {
  it('is told the truth, at once, once per change, in order, and only of that part', () => {
    const counted = { told: 0, answered: 0, theirs: 0 }
    fc.assert(
      fc.property(
        arbitraryDocument,
        fc.array(arbitraryMove, { minLength: 8, maxLength: 30, size: 'max' }),
        (document, moves) => {
          const proxy = new SeenProxy({ commandCount: 0, document: freezeDeep(document) }, { sequentialIds: true })
          const confirmed = structuredClone(document)
          const observers: Observer[] = []
          let answers = 0
          const apply = (wish: Wish): Command => {
            const command = wish(proxy.live([]) as Json)
            proxy.apply(command)
            return command
          }
          for (const move of moves) {
            const before = observers.map(({ told, latest }) => ({ told: told.length, text: JSON.stringify(latest) }))
            const answered = answers
            const touched: Command[] = []
            if ('wish' in move) touched.push(apply(move.wish))
            else if ('batch' in move) {
              const text = JSON.stringify(proxy.live([]))
              const run = () =>
                proxy.batch(() => {
                  for (const wish of move.batch) touched.push(apply(wish))
                  expect(observers.map(({ told }) => told.length)).toEqual(before.map(({ told }) => told))
                  if (move.throws) throw new RangeError('no')
                })
              if (move.throws) {
                expect(run).toThrow(RangeError)
                if (answers === answered) expect(JSON.stringify(proxy.live([]))).toBe(text)
              } else run()
            } else if ('theirs' in move) {
              const completions = move.theirs.map((wish, i) => {
                const completion = { command: freezeDeep(wish(confirmed)), createdId: `t${proxy.confirmedCount}.${i}` }
                play(confirmed, completion)
                return completion
              })
              touched.push(...proxy.waiting, ...completions.map(({ command }) => command))
              const commandCount = proxy.confirmedCount + completions.length
              if (move.isPartial) proxy.takeOver({ completions, leave: 0 })
              else
                proxy.takeOver({
                  snapshot: { commandCount, document: structuredClone(confirmed) },
                  completions: [],
                  leave: 0,
                })
              counted.theirs++
            } else if ('watch' in move) {
              const { answers: wish } = move
              let budget = 2
              const answer = () => {
                if (!wish || budget === 0 || answers > 20) return
                budget--
                answers++
                counted.answered++
                apply(wish)
              }
              observers.push(new Observer(proxy, walk(proxy.live([]) as Json, move.watch).path, move.kind, answer))
            } else {
              observers.splice(move.leave, 1)[0]?.leave()
              continue
            }
            for (const [i, observer] of observers.entries()) {
              const { path, kind, told, latest, lies } = observer
              expect(lies).toEqual([])
              counted.told += told.length
              expect(JSON.stringify(latest)).toBe(JSON.stringify(seenAs(kind, proxy.live(path))))
              const known = before[i]
              if (!known || answers > answered || 'watch' in move) continue
              expect(told.length - known.told).toBeLessThanOrEqual(1)
              if (told.length === known.told) continue
              // A whole document is another one, even where it says the same.
              const isTouched =
                ('theirs' in move && !move.isPartial) ||
                touched.some((command) => isRelated(command.path ?? [], path) || isRelated(path, command.path ?? []))
              expect(isTouched || JSON.stringify(latest) !== known.text).toBe(true)
            }
          }
          for (const observer of observers) observer.leave()
          expect(proxy.watched).toBe(0)
        },
      ),
      { numRuns: 300 },
    )
    expect(counted.told).toBeGreaterThan(1000)
    expect(counted.answered).toBeGreaterThan(100)
    expect(counted.theirs).toBeGreaterThan(100)
  })
})

interface TodoList {
  title: string
  todos: Record<string, { title: string; done?: boolean }>
}

const openList = (): Proxy<TodoList> =>
  new Proxy<TodoList>({
    commandCount: 0,
    document: { title: '', todos: { a: { title: 'tea' }, b: { title: 'bread' } } },
  })

/** Everything a stream tells, from now on. */
function listen<V>(stream: Observable<V>): { told: V[]; isComplete: () => boolean } {
  const told: V[] = []
  let isComplete = false
  stream.subscribe({ next: (value) => told.push(value), complete: () => (isComplete = true) })
  return { told, isComplete: () => isComplete }
}

describe('The streams of a proxy', () => {
  it('give the document now and synchronously after each change', () => {
    const list = openList()
    const { told } = listen(list.document$)
    list.at().update({ title: 'shopping' })
    expect(told.map(({ title }) => title)).toEqual(['', 'shopping'])
    expect(told[1]).toBe(list.getDocument())
  })

  it('keep the identity of what did not change', () => {
    const list = openList()
    const { told } = listen(list.document$)
    list.at('todos', 'a').update({ done: true })
    expect(told[1]?.todos.b).toBe(told[0]?.todos.b)
    expect(told[1]?.todos.a).not.toBe(told[0]?.todos.a)
    expect(told[0]?.todos.a).toEqual({ title: 'tea' })
  })

  it('tell of a part only when that part changed', () => {
    const list = openList()
    const titles = listen(list.select('title'))
    const tea = listen(list.select('todos', 'a'))
    const count = listen(list.select('todos', (todos) => Object.keys(todos ?? {}).length))
    const keys = listen(list.at('todos').keys$)
    const gone = listen(list.select('todos', 'c', 'title'))
    list.at('todos', 'b').update({ done: true })
    expect([titles.told, tea.told.length, count.told, keys.told, gone.told]).toEqual([
      [''],
      1,
      [2],
      [['a', 'b']],
      [undefined],
    ])
    list.at('todos').create({ title: 'milk' }, { id: 'c' })
    expect([titles.told, tea.told.length, count.told, keys.told, gone.told]).toEqual([
      [''],
      1,
      [2, 3],
      [
        ['a', 'b'],
        ['a', 'b', 'c'],
      ],
      [undefined, 'milk'],
    ])
  })

  it('tell once of a batch, and nothing that is new of one that threw', () => {
    const list = openList()
    const documents = listen(list.document$)
    const commands = listen(list.commands$)
    const pending = listen(list.pending$)
    const result = list.batch(() => {
      list.at().update({ title: 'one' })
      list.at().update({ title: 'two' })
      return 'done'
    })
    expect(result).toBe('done')
    expect(documents.told.map(({ title }) => title)).toEqual(['', 'two'])
    expect(pending.told).toEqual([0, 2])

    const before = JSON.stringify(list.getDocument())
    const failing = () =>
      list.batch(() => {
        list.at('todos', 'a').delete()
        list.at('todos').create({ title: 'milk' })
        throw new Error('changed my mind')
      })
    expect(failing).toThrow('changed my mind')
    expect(JSON.stringify(list.getDocument())).toBe(before)
    expect(documents.told.every((document) => ['', 'two'].includes(document.title) && 'a' in document.todos)).toBe(true)
    expect(commands.told).toHaveLength(2)
    expect(pending.told).toEqual([0, 2])
    expect(list.hasUnflushedCommands()).toBe(true)
  })

  it('tell whoever waits for a command of a batch that threw that it was dropped', async () => {
    const list = openList()
    const applied: Applied[] = []
    const failing = () =>
      list.batch(() => {
        applied.push(list.at().update({ title: 'one' }))
        throw new Error('no')
      })
    expect(failing).toThrow()
    const [first] = applied
    expect(first?.isSuccess && (await first.settled)).toEqual({
      type: 'dropped',
      code: 'rejected',
      reason: 'The batch that it was part of threw.',
    })
  })

  it('undo only the inner batch where the outer one catches', () => {
    const list = openList()
    list.batch(() => {
      list.at().update({ title: 'outer' })
      expect(() =>
        list.batch(() => {
          list.at().update({ title: 'inner' })
          throw new Error('no')
        }),
      ).toThrow('no')
    })
    expect(list.getDocument().title).toBe('outer')
    expect(list.getCommandCount()).toBe(1)
  })

  it('never show the rolled-back state of a rebase, and tell of it once', async () => {
    const snapshot = () => ({ commandCount: 0, document: { title: '', todos: {} } })
    const history: CommandCompletion[] = []
    const master = new Master<TodoList>(snapshot(), { historyProvider: async (from, to) => history.slice(from, to) })
    const [mine, other] = [new Proxy<TodoList>(snapshot()), new Proxy<TodoList>(snapshot())]
    other.at('todos').create({ title: 'theirs' }, { id: 'x' })
    history.push(...(await master.apply(other.beginFlush())).applied.completions)

    const flush = mine.beginFlush()
    mine.at().update({ title: 'mine' })
    mine.at('todos').create({ title: 'mine' }, { id: 'y' })
    const documents = listen(mine.document$)
    const titles = listen(mine.select('title'))
    const own = listen(mine.select('todos', 'y'))
    mine.endFlush((await master.apply(flush)).sync)
    expect(documents.told.map((document) => [document.title, Object.keys(document.todos)])).toEqual([
      ['mine', ['y']],
      ['mine', ['x', 'y']],
    ])
    expect(titles.told).toEqual(['mine'])
    expect(own.told).toEqual([{ title: 'mine' }])
  })

  it('tell every command once, in the order in which they were applied, also from inside a callback', async () => {
    const list = openList()
    const { told } = listen(list.commands$)
    const late = listen(list.document$)
    list.select('title').subscribe((title) => {
      if (title === 'one') list.at().update({ title: 'two' })
      if (title === 'two') list.at().update({ title: 'three' })
    })
    const titles = listen(list.select('title'))
    list.at().update({ title: 'one' })
    expect(told.map(({ command }) => (command as { props?: TodoList }).props?.title)).toEqual(['one', 'two', 'three'])
    expect(told.every(({ isLocal }) => isLocal)).toBe(true)
    expect(titles.told[titles.told.length - 1]).toBe('three')
    expect(late.told[late.told.length - 1]?.title).toBe('three')
  })

  it('tell own commands that come back in a sync no second time, and others’ as they come', async () => {
    const snapshot = () => ({ commandCount: 0, document: { title: '', todos: {} } })
    const history: CommandCompletion[] = []
    const master = new Master<TodoList>(snapshot(), { historyProvider: async (from, to) => history.slice(from, to) })
    const [mine, other] = [new Proxy<TodoList>(snapshot()), new Proxy<TodoList>(snapshot())]
    other.at().update({ title: 'theirs' })
    history.push(...(await master.apply(other.beginFlush())).applied.completions)
    const { told } = listen(mine.commands$)
    mine.at('todos').create({ title: 'mine' }, { id: 'y' })
    const { sync } = await master.apply(mine.beginFlush())
    mine.endFlush(sync)
    expect(sync?.isPartial && sync.diff.completions).toHaveLength(2)
    expect(told.map(({ isLocal, createdId, command }) => [isLocal, createdId, command.action])).toEqual([
      [true, 'y', 'create'],
      [false, undefined, 'update'],
    ])
  })

  it('say how many commands wait, and whether all is saved', async () => {
    const list = openList()
    const pending = listen(list.pending$)
    const saved = listen(list.saved$)
    list.at().update({ title: 'one' })
    list.at().update({ title: 'two' })
    list.beginFlush()
    list.at().update({ title: 'three' })
    list.endFlush()
    expect(pending.told).toEqual([0, 1, 2, 3, 1])
    expect(saved.told).toEqual([true, false])
    expect(await firstValueFrom(list.pending$)).toBe(1)
    list.beginFlush()
    list.endFlush()
    expect(saved.told).toEqual([true, false, true])
  })

  it('complete when the proxy is closed, for those who come later too, and nothing is applied any more', () => {
    const list = openList()
    const streams = [
      list.document$,
      list.commands$,
      list.sync$,
      list.pending$,
      list.saved$,
      list.select('title'),
      list.at('todos', 'a').value$,
      list.at('todos').keys$,
    ] as Observable<unknown>[]
    const listeners = streams.map(listen)
    list.close()
    list.close()
    expect(listeners.every(({ isComplete }) => isComplete())).toBe(true)
    expect(streams.map((stream) => listen(stream)).every(({ isComplete }) => isComplete())).toBe(true)
    expect(list.apply({ action: 'update', props: {} })).toMatchObject({ isSuccess: false, code: 'closed' })
  })

  it('leave the document right when a subscriber throws, and tell the others', async () => {
    const unhandled = new Promise((resolve) => {
      config.onUnhandledError = resolve
    })
    const list = openList()
    list.document$.subscribe(({ title }) => {
      if (title === 'one') throw new Error('a subscriber failed')
    })
    const { told } = listen(list.document$)
    expect(list.at().update({ title: 'one' }).isSuccess).toBe(true)
    expect(told.map(({ title }) => title)).toEqual(['', 'one'])
    expect(list.getCommandCount()).toBe(1)
    expect(await unhandled).toEqual(new Error('a subscriber failed'))
    config.onUnhandledError = null
  })

  it('leave nothing behind in whoever was unsubscribed', () => {
    const proxy = new SeenProxy({ commandCount: 0, document: { a: { b: 1 } } })
    const subscriptions = [proxy.document$, proxy.at.path(['a', 'b']).value$, proxy.at.path(['x', 'y']).keys$].map(
      (stream) => (stream as Observable<unknown>).subscribe(),
    )
    expect(proxy.watched).toBe(3)
    for (const subscription of subscriptions) subscription.unsubscribe()
    expect(proxy.watched).toBe(0)
  })
})
