import type { RefusedEvent, SyncEvent } from 'millrace'
import { BehaviorSubject, type Observable } from 'rxjs'
import type { List } from './client.ts'
import { type Refusal, refusalOf } from './refusal.ts'
import { type Trouble, troubleOf } from './trouble.ts'

/** What somebody must be told about a list, the latest first, until they dismiss it. */
export interface News {
  readonly refusals$: Observable<readonly Told<Refusal>[]>
  readonly troubles$: Observable<readonly Told<Trouble>[]>
  dismiss(item: Told<Refusal | Trouble>): void
}

/** One of them, and which. */
export type Told<I> = I & { readonly key: number }

/** Listens from now on: a list tells once, soon after it was opened, what happened before. */
export function newsOf(list: List): News {
  const refusals$ = new BehaviorSubject<readonly Told<Refusal>[]>([])
  const troubles$ = new BehaviorSubject<readonly Told<Trouble>[]>([])
  let key = 0
  list.sync$.subscribe((event) => {
    key += 1
    if (isRefused(event)) refusals$.next([{ ...refusalOf(event), key }, ...refusals$.value])
    const trouble = troubleOf(event)
    if (trouble) troubles$.next([{ ...trouble, key }, ...troubles$.value.filter(({ what }) => what !== trouble.what)])
  })
  return {
    refusals$,
    troubles$,
    dismiss(item) {
      refusals$.next(refusals$.value.filter(({ key }) => key !== item.key))
      troubles$.next(troubles$.value.filter(({ key }) => key !== item.key))
      if ('notice' in item && item.notice !== undefined) list.dismiss(item.notice)
    },
  }
}

const isRefused = (event: SyncEvent): event is RefusedEvent => 'command' in event
