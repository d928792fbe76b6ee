import {
  asapScheduler,
  buffer,
  catchError,
  concat,
  concatAll,
  concatMap,
  connect,
  debounceTime,
  filter,
  from,
  map,
  type Observable,
  type OperatorFunction,
  Subscription,
  switchMap,
  takeUntil,
  throwError,
  timer,
} from 'rxjs'
import type { Batch, History, Position } from '../../contracts/history.ts'
import { hasCode, MillraceError } from '../../errors.ts'
import { altering, type Break } from './broken.ts'

/** Histories that show something else than they hold. */
export const brokenReads: Readonly<Record<string, Break>> = {
  'reorders batches that come in one turn': reading((batches$) => batches$.pipe(inTurns((turn) => turn.toReversed()))),
  'merges batches that come in one turn': reading((batches$) => batches$.pipe(inTurns(merged))),
  'shows a batch twice': reading((batches$) =>
    batches$.pipe(concatMap((batch, index) => (index === 1 ? [batch, batch] : [batch]))),
  ),
  'loses a batch without completions': reading((batches$) =>
    batches$.pipe(filter(({ completions }) => completions.length > 0)),
  ),
  'completes behind the past': reading((batches$) => batches$.pipe(takeUntil(turn()))),
  'has a seam between past and live': reading((past$, sound, position) =>
    concat(past$.pipe(takeUntil(turn())), timer(2).pipe(switchMap(() => fromHead(sound, position)))),
  ),
  'goes on after unsubscribing': reading(deaf),
  'shows what is left where batches were trimmed': reading((batches$, sound) =>
    batches$.pipe(
      catchError((error: unknown) => {
        if (!hasCode(error, 'history_trimmed')) throw error
        return fromSnapshot(sound)
      }),
    ),
  ),
  'begins at the snapshot where it does not hold a position': reading((batches$, sound) =>
    batches$.pipe(
      catchError((error: unknown) => {
        if (!hasCode(error, 'regressed')) throw error
        return fromSnapshot(sound)
      }),
    ),
  ),
  'turns away a reader that comes before the beginning': reading((batches$, sound) =>
    from(sound.load()).pipe(
      switchMap((loaded) => (loaded ? batches$ : throwError(() => new MillraceError('regressed', 'Nothing is held.')))),
    ),
  ),
  'makes objects of empty arrays': reading((batches$) => batches$.pipe(map(withoutArrays))),
}

function reading(
  change: (batches$: Observable<Batch>, sound: History, position: Position) => Observable<Batch>,
): Break {
  return altering((sound) => ({ read: (position) => change(sound.read(position), sound, position) }))
}

/** What comes in one turn, changed together. */
const inTurns = (change: (turn: Batch[]) => Batch[]): OperatorFunction<Batch, Batch> =>
  connect((batches$) => batches$.pipe(buffer(batches$.pipe(debounceTime(0, asapScheduler))), map(change), concatAll()))

function merged(turn: Batch[]): Batch[] {
  const [first, last] = [turn[0] as Batch, turn.at(-1) as Batch]
  return [
    { ...last, from: first.from, follows: first.follows, completions: turn.flatMap((batch) => batch.completions) },
  ]
}

/** What is there already comes before the end of the turn, what is appended after it. */
const turn = (): Promise<void> => Promise.resolve()

const fromHead = (sound: History, position: Position): Observable<Batch> =>
  timer(0).pipe(
    switchMap(() => sound.record('', '')),
    switchMap(({ head }) => sound.read(head ?? position)),
  )

const fromSnapshot = (sound: History): Observable<Batch> =>
  timer(0).pipe(
    switchMap(() => sound.load()),
    switchMap((loaded) => sound.read(loaded?.position ?? { count: 0, mark: '' })),
  )

/** An observable of another make, whose subscriptions cannot be ended. */
function deaf(batches$: Observable<Batch>): Observable<Batch> {
  const subscribe = (observer: { next?(batch: Batch): void; error?(error: unknown): void }) => {
    batches$.subscribe({ next: (batch) => observer.next?.(batch), error: (error: unknown) => observer.error?.(error) })
    return new Subscription()
  }
  return Object.assign(Object.create(batches$) as Observable<Batch>, { subscribe })
}

const withoutArrays = (batch: Batch): Batch =>
  JSON.parse(
    JSON.stringify(batch, (_, value: unknown) => (Array.isArray(value) && value.length === 0 ? {} : value)),
  ) as Batch
