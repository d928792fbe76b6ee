import { concatMap, defer, EMPTY, expand, map, type Observable, startWith } from 'rxjs'
import type { Batch, Position } from '../../../lib/contracts/history.ts'
import { endOf, follows, notHeld, type Spot } from '../rules.ts'
import type { Wake } from './grown.ts'
import type { Keys } from './keys.ts'
import { type Line, script } from './line.ts'
import pageText from './page.lua'

const pageScript = script(pageText)
const pageBatches = 100
const pageCharacters = 1_000_000

interface Numbered {
  readonly batch: Batch
  readonly number: number
}

interface Page {
  /** Where it begins. */
  readonly spot: Spot
  readonly batches: readonly Numbered[]
  readonly more: boolean
}

/** The batches behind a position, in pages, and then as `wakes` say that there are more; `own` are at hand by their texts. */
export function reading(
  run: Line['run'],
  keys: Keys,
  id: string,
  position: Position,
  wakes: Observable<Wake>,
  own: ReadonlyMap<string, Batch>,
): Observable<Batch> {
  return defer(() => {
    let end: Spot | undefined
    const page = async (): Promise<Page | undefined> => {
      const behind = await pageBehind(run, keys, id, end ?? position, end?.number)
      if (behind) end = behind.spot
      return behind
    }
    const pages = defer(page).pipe(expand((last) => (last?.more ? page() : EMPTY)))
    return wakes.pipe(
      startWith(undefined),
      concatMap((wake) => toldBy(wake, end, own) ?? pages.pipe(concatMap((behind) => behind?.batches ?? []))),
      map(({ batch, number }) => {
        end = { ...endOf(batch), number }
        return batch
      }),
    )
  })
}

/** What a notice tells that is new; `undefined` where that must be asked for. */
function toldBy(wake: Wake, end: Spot | undefined, own: ReadonlyMap<string, Batch>): readonly Numbered[] | undefined {
  if (!wake || !end) return undefined
  const { number, texts, mark } = wake
  // A history that was put back, from a copy or to an old state, gives its numbers anew.
  if (number <= end.number) return mark === undefined || (number === end.number && mark === end.mark) ? [] : undefined
  const first = number - texts.length + 1
  const news = texts.slice(Math.max(0, end.number + 1 - first))
  if (number - news.length !== end.number) return undefined
  try {
    const told = news.map((text, i) => ({
      batch: own.get(text) ?? (JSON.parse(text) as Batch),
      number: end.number + 1 + i,
    }))
    return told[0] && follows(told[0].batch, end) ? told : undefined
  } catch {
    // Somebody else's.
    return undefined
  }
}

async function pageBehind(
  run: Line['run'],
  keys: Keys,
  id: string,
  position: Position,
  number: number | undefined,
): Promise<Page | undefined> {
  const args = [position.count, position.mark, number ?? '', pageBatches, pageCharacters]
  const [type, ...rest] = (await run(pageScript, [keys.history, keys.batches], args)) as string[]
  if (type === 'none') {
    if (number === undefined) return undefined
    throw notHeld(id, position, undefined)
  }
  if (type === 'lost') {
    // It may be held under another number.
    if (number !== undefined) return pageBehind(run, keys, id, position, undefined)
    const [count, floor] = rest.map(Number) as [number, number]
    throw notHeld(id, position, { count, number: floor, mark: '' })
  }
  const [more, first, ...texts] = rest
  const batches: Numbered[] = []
  for (let i = 0; i < texts.length; i += 2) {
    batches.push({ number: Number(texts[i]), batch: JSON.parse(texts[i + 1] as string) as Batch })
  }
  return { spot: { ...position, number: Number(first) }, batches, more: Number(more) === 1 }
}
