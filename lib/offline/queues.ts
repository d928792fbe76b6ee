import { catchError, concatMap, defer, EMPTY, finalize, from, type Observable, timer } from 'rxjs'
import type { Storage } from '../contracts/storage.ts'
import type { Environment } from '../environment.ts'
import { begin, type Claim, claim, glimpse, survey, tidy, troubleOf } from './claims.ts'
import { parseNotices } from './kept.ts'
import type { Queue, Trouble } from './queue.ts'
import { type Place, StoredQueue } from './stored-queue.ts'

/** The queues in a storage. */
export interface Queues {
  /** Takes the queue of a document that nobody sends, or begins one. Never rejects. */
  open(document: string, environment: Environment): Promise<Queue>
  /**
   * Queues of a document with commands that wait, whose page or process died or sleeps, as they are found; `troubled` is
   * told what goes wrong on the way. Cold.
   */
  orphans(document: string, environment: Environment, troubled: (trouble: Trouble) => void): Observable<Queue>
  /** Resolves when all is written. Idempotent. */
  close(): Promise<void>
}

/** Finds, takes and begins queues; who holds one and says nothing for a `lease` of milliseconds sleeps. */
export function queuesIn(storage: Storage, lease: number): Queues {
  const open = new Set<StoredQueue>()
  let closed: Promise<void> | undefined
  const placeOf = (document: string, environment: Environment): Place => ({ storage, document, environment, lease })

  const hand = (place: Place, claim: Claim, told: Pick<Queue, 'notices' | 'troubles'>): Queue => {
    const queue = new StoredQueue(place, { ...claim, ...told, left: () => open.delete(queue) })
    open.add(queue)
    return queue
  }

  /** What others have, or had. */
  const surveyOthers = async (place: Place, troubled: (trouble: Trouble) => void) => {
    const { queues, notices } = await survey(place, troubled)
    const own = new Set([...open].flatMap(({ names }) => names))
    return { others: queues.filter(({ client }) => !own.has(client)), notices: parseNotices(notices) }
  }

  return {
    async open(document, environment) {
      const place = placeOf(document, environment)
      const troubles: Trouble[] = []
      const troubled = (trouble: Trouble) => void troubles.push(trouble)
      try {
        const { others, notices } = await surveyOthers(place, troubled)
        for (const known of others) {
          const taken = await claim(place, known, troubled)
          if (!taken) continue
          void tidy(
            place,
            others.filter(({ client }) => client !== taken.client),
          ).catch(() => undefined)
          return hand(place, taken, { notices, troubles })
        }
        return hand(place, await begin(place, await glimpse(place, others)), { notices, troubles })
      } catch (error) {
        troubled(troubleOf(error))
        return hand(place, await begin(place, undefined), { notices: [], troubles })
      }
    },

    orphans(document, environment, troubled): Observable<Queue> {
      const place = placeOf(document, environment)
      let isWanted = true
      const look = async (): Promise<readonly Queue[]> => {
        const found: Queue[] = []
        const { others } = await surveyOthers(place, troubled)
        for (const known of others.filter(({ header }) => header.pending > 0)) {
          const taken = isWanted ? await claim(place, known, troubled) : undefined
          if (taken) found.push(hand(place, taken, { notices: [], troubles: [] }))
        }
        if (!isWanted) for (const queue of found.splice(0)) await queue.close()
        return found
      }
      return timer(0, lease / 3, environment.scheduler).pipe(
        concatMap(() => defer(look).pipe(catchError(() => EMPTY))),
        concatMap((found) => from(found)),
        finalize(() => {
          isWanted = false
        }),
      )
    },

    close() {
      closed ??= Promise.all([...open].map((queue) => queue.close())).then(() => storage.close())
      return closed
    },
  }
}
