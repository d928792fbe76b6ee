import { defer, finalize, interval, type Observable, type SchedulerLike, Subject, Subscription } from 'rxjs'
import { connection, type RedisClient } from './client.ts'

/** Milliseconds until what could not be heard is asked for again. */
const pause = 200

/** What is published, over one connection for all channels. */
export class Heard {
  readonly #connect: () => RedisClient
  readonly #deadline: number
  readonly #scheduler: SchedulerLike
  readonly #isSharded: boolean
  readonly #channels = new Map<string, Subject<string | undefined>>()
  /** Those for which the server was asked in vain. */
  readonly #missing = new Set<string>()
  readonly #life = new Subscription()
  #client: RedisClient
  #again: Subscription | undefined
  /** Milliseconds for which something has been missing. */
  #missed = 0

  constructor(client: RedisClient, deadline: number, scheduler: SchedulerLike, isSharded: boolean) {
    this.#connect = () => {
      const line = connection(client, deadline, isSharded ? 'shards' : 'channels')
      line.on(isSharded ? 'smessage' : 'message', (channel: string, text: string) =>
        this.#channels.get(channel)?.next(text),
      )
      line.on('ready', () => void this.#hear([...this.#channels.keys()]))
      return line
    }
    this.#deadline = deadline
    this.#scheduler = scheduler
    this.#isSharded = isSharded
    this.#client = this.#connect()
    this.#life.add(interval(deadline, scheduler).subscribe(() => void this.#probe()))
  }

  /** The texts that are published from now on; `undefined` whenever it begins to hear, as it may have missed some. */
  of(channel: string): Observable<string | undefined> {
    return defer(() => {
      const known = this.#channels.get(channel)
      const texts = known ?? new Subject<string | undefined>()
      if (!known) {
        this.#channels.set(channel, texts)
        void this.#hear([channel])
      }
      return texts.pipe(
        finalize(() => {
          if (texts.observed || this.#channels.get(channel) !== texts) return
          this.#channels.delete(channel)
          this.#missing.delete(channel)
          void this.#call('unsubscribe', [channel])
        }),
      )
    })
  }

  close(): void {
    this.#life.unsubscribe()
    this.#again?.unsubscribe()
    this.#client.disconnect()
  }

  /** A connection that nothing is written to is never found to be half open: now and then it has to answer. */
  async #probe(): Promise<void> {
    // By turns, as each shard has a connection of its own; beside the channel, as that would be noted once more each time.
    for (const [channel, texts] of this.#channels) {
      this.#channels.delete(channel)
      this.#channels.set(channel, texts)
      const beside = `${channel}:probe`
      if (await this.#call('subscribe', [beside])) await this.#call('unsubscribe', [beside])
      return
    }
  }

  async #hear(channels: readonly string[]): Promise<void> {
    // Without a line that is done when there is one.
    if (channels.length === 0 || this.#client.status !== 'ready') return
    // The channels of one command are of one slot.
    const calls = this.#isSharded ? channels.map((channel) => [channel]) : [channels]
    await Promise.all(
      calls.map(async (some) => {
        const isHeard = await this.#call('subscribe', some)
        for (const channel of some) {
          if (isHeard) this.#begins(channel)
          else if (this.#channels.has(channel)) this.#isMissing(channel)
        }
      }),
    )
  }

  #begins(channel: string): void {
    this.#missing.delete(channel)
    if (this.#missing.size === 0) this.#missed = 0
    this.#channels.get(channel)?.next(undefined)
  }

  #isMissing(channel: string): void {
    this.#missing.add(channel)
    this.#again ??= this.#scheduler.schedule(() => {
      this.#again = undefined
      this.#hearMissing()
    }, pause)
  }

  /** A Cluster that has lost a node hears of its channels again after a while; one that does not is replaced. */
  #hearMissing(): void {
    this.#missed = this.#missing.size > 0 ? this.#missed + pause : 0
    if (this.#missed < this.#deadline) return void this.#hear([...this.#missing])
    this.#replace(this.#client)
  }

  #replace(client: RedisClient): void {
    if (client !== this.#client || this.#life.closed) return
    this.#missed = 0
    client.disconnect()
    this.#client = this.#connect()
  }

  async #call(command: 'subscribe' | 'unsubscribe', channels: readonly string[]): Promise<boolean> {
    const client = this.#client
    const alarm = this.#scheduler.schedule(() => this.#replace(client), this.#deadline)
    try {
      await client.call(this.#isSharded ? `s${command}` : command, ...channels)
      return true
    } catch {
      return false
    } finally {
      alarm.unsubscribe()
    }
  }
}
