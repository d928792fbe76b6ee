import type { Observable } from 'rxjs'
import type { SessionInfo } from '../../contracts/transport.ts'
import type { Context, DocumentKinds } from '../../documents.ts'
import { createHost, type Host } from '../../host/host.ts'
import type { ServerMessage } from '../../protocol/messages.ts'
import { Actor } from './actor.ts'
import { type Fate, simulatedHistory, type Way } from './history.ts'
import type { Server } from './network.ts'
import { Random } from './random.ts'
import type { Surroundings } from './surroundings.ts'

/** What a hook says when it refuses. */
export const refusal = 'The hook said no.'

/** One process that serves documents, from its start to its end. */
export class HostProcess implements Server {
  readonly actor: Actor
  readonly host: Host
  /** What becomes of the next calls of the store, by method. */
  readonly fates = new Map<string, Fate[]>()
  /** Whether it hears that the history has grown. */
  isDeaf = false
  /** Whether it reaches the store. */
  isCutOff = false
  lag: number
  slowness = 0
  refusals = 0

  /** It runs until it is asked to stop, or dies; when it has lost its history it says so. */
  constructor(world: Surroundings, index: number, name: string, lost: () => void) {
    const { plan, timeline } = world
    const random = new Random(world.random.seed())
    this.actor = new Actor(name, timeline, random.fork())
    this.lag = plan.lag
    const way: Way = {
      latency: () => world.latency(random) + world.storeSlowness,
      fate: (method) => this.fates.get(method)?.shift() ?? 'answered',
      lag: () => (this.isDeaf ? undefined : random.below(this.lag + 1)),
      isUp: () => world.isStoreUp && !this.isCutOff,
    }
    const hook = async () => {
      if (this.slowness > 0)
        await new Promise<void>((resolve) => this.actor.after(random.below(this.slowness), resolve))
    }
    const host = createHost<DocumentKinds, Context>({
      documents: world.kinds,
      history: simulatedHistory(world.store, this.actor, way, random.fork()),
      authenticate: ({ request }) => ({ subject: String(request) }),
      authorize: async ({ subject }, document) => {
        await hook()
        return world.rightOf(subject, document)
      },
      beforeFlush: async () => {
        await hook()
        if (this.refusals > 0) {
          this.refusals--
          throw new Error(refusal)
        }
        return undefined
      },
      limits: { flushCommands: plan.flushCommands[index] ?? 1_000 },
      idleTime: plan.idleTime,
      environment: this.actor.environment,
    })
    this.host = host as unknown as Host
    host.events$.subscribe((event) => {
      world.counts.add(`host:${event.type}`)
      world.trace.note(`${name} ${event.type}`, 'reason' in event ? event.reason : '')
      if (event.type === 'failed' && !(event.error instanceof Error)) world.checker.fail('I13', String(event.error))
      // Somebody looks after it: a host that has lost its history serves it again when it is started anew.
      if (event.type === 'history_lost') timeline.after(random.below(3_000), lost)
    })
  }

  session(info?: SessionInfo): (incoming: Observable<unknown>) => Observable<ServerMessage> {
    return this.host.session(info)
  }
}
