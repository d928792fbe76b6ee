import { defer, finalize, type Observable, Subject } from 'rxjs'
import { connection, type RedisClient } from './client.ts'

/** What is published, over one connection for all channels. */
export class Heard {
  readonly #client: RedisClient
  readonly #isSharded: boolean
  readonly #channels = new Map<string, Subject<string | undefined>>()

  constructor(client: RedisClient, deadline: number, isSharded: boolean) {
    this.#client = connection(client, deadline, isSharded ? 'shards' : 'channels')
    this.#isSharded = isSharded
    this.#client.on(isSharded ? 'smessage' : 'message', (channel: string, text: string) =>
      this.#channels.get(channel)?.next(text),
    )
    this.#client.on('ready', () => void this.#hear([...this.#channels.keys()]))
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
          void this.#call('unsubscribe', [channel])
        }),
      )
    })
  }

  close(): void {
    this.#client.disconnect()
  }

  async #hear(channels: readonly string[]): Promise<void> {
    // Without a line that is done when there is one.
    if (channels.length === 0 || this.#client.status !== 'ready') return
    // The channels of one command are of one slot.
    const calls = this.#isSharded ? channels.map((channel) => [channel]) : [channels]
    await Promise.all(
      calls.map(async (some) => {
        if (!(await this.#call('subscribe', some))) return
        for (const channel of some) this.#channels.get(channel)?.next(undefined)
      }),
    )
  }

  async #call(command: 'subscribe' | 'unsubscribe', channels: readonly string[]): Promise<boolean> {
    try {
      await this.#client.call(this.#isSharded ? `s${command}` : command, ...channels)
      return true
    } catch {
      return false
    }
  }
}
