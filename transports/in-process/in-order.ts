import { type MonoTypeOperatorFunction, Observable, type SchedulerLike, type Subscription } from 'rxjs'

/**
 * A line in one direction: hands on each value after `delay()` milliseconds, never in the turn it came in, and never
 * before one that came earlier. It carries values only: an error of the source passes at once and its completion not at
 * all, so materialize what must arrive in its place.
 */
export function inOrder<T>(delay: () => number, scheduler: SchedulerLike): MonoTypeOperatorFunction<T> {
  return (source) =>
    new Observable<T>((subscriber) => {
      const queue: { readonly due: number; readonly value: T }[] = []
      let timer: Subscription | undefined
      subscriber.add(() => timer?.unsubscribe())

      function arm(): void {
        const first = queue[0]
        timer = first && scheduler.schedule(deliver, Math.max(0, first.due - scheduler.now()))
      }

      // `timer` stays set until all that is due was handed on: what comes in meanwhile waits for the next turn.
      function deliver(): void {
        const now = scheduler.now()
        const waiting = queue.findIndex(({ due }) => due > now)
        for (const { value } of queue.splice(0, waiting < 0 ? queue.length : waiting)) subscriber.next(value)
        if (!subscriber.closed) arm()
      }

      subscriber.add(
        source.subscribe({
          next: (value) => {
            const due = Math.max(queue.at(-1)?.due ?? 0, scheduler.now() + delay())
            queue.push({ due, value })
            if (timer === undefined) arm()
          },
          error: (error) => subscriber.error(error),
        }),
      )
    })
}
