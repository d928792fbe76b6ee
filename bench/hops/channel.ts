import { Redis } from 'ioredis'
import { fromEvent } from 'rxjs'
import { hopId, type ReachHop } from '../support/hop.ts'

/** Pub/Sub with nothing around it. */
export const reach: ReachHop = async (redis) => {
  const publisher = new Redis(redis)
  const subscriber = publisher.duplicate()
  await subscriber.subscribe(hopId)
  return {
    say: (text) => publisher.publish(hopId, text),
    heard$: fromEvent(subscriber, 'message', (_channel, text: string) => text),
  }
}
