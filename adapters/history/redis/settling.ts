import type { Durability } from './inspection.ts'
import type { Keys } from './keys.ts'
import { type Line, script, unavailable } from './line.ts'
import settleText from './settle.lua'

const settleScript = script(settleText)

const patience = 1_000

/** Waits until what histories hold is durable in its class, and says so in them. */
export class Settling {
  readonly #line: Line
  readonly #durability: Durability
  readonly #publish: string

  constructor(line: Line, durability: Durability, publish: string) {
    this.#line = line
    this.#durability = durability
    this.#publish = publish
  }

  /** Whether everything is durable that the server took. */
  get isAtOnce(): boolean {
    return this.#durability.class === 'accepted'
  }

  /** Makes all of a history durable. Rejects where that cannot be known. */
  async settle({ history, batches, channel }: Keys): Promise<void> {
    const [place, waited] = await this.#line.runAndWait(settleScript, [history, batches], ['', '', ''], this.#wait())
    if (place === null) return
    this.#check(waited)
    const settled = await this.#line.run(settleScript, [history, batches], [place as string, channel, this.#publish])
    if (settled === null) throw unavailable('The history is another than it was a moment ago.')
  }

  #wait(): readonly (string | number)[] {
    const { class: name, within = patience } = this.#durability as Exclude<Durability, { class: 'accepted' }>
    if (name === 'synced') return ['waitaof', 1, 0, within]
    return ['wait', this.#replicas, within]
  }

  #check(waited: unknown): void {
    if (this.#durability.class === 'synced') {
      if (Number((waited as unknown[])[0]) < 1) throw unavailable('It did not write to its disk in time.')
    } else if (Number(waited) < this.#replicas) {
      throw unavailable(`${Number(waited)} replicas have what was written, and ${this.#replicas} are asked for.`)
    }
  }

  get #replicas(): number {
    return (this.#durability.class === 'replicated' && this.#durability.replicas) || 1
  }
}
