import { createHash } from 'node:crypto'
import { Redis } from 'ioredis'
import appendText from '../../adapters/history/redis/append.lua'
import { keysOf } from '../../adapters/history/redis/keys.ts'
import { argumentsOf } from '../../adapters/history/redis/texts.ts'
import type { Batch, Position } from '../../lib/contracts/history.ts'
import { realEnvironment } from '../../lib/environment.ts'
import { answering } from '../support/remote.ts'
import { changes, initial } from '../support/served.ts'
import type { Spent } from './redis-host.ts'

// The script by which histories are appended to, and nothing else: no document, no judgement, nobody who is told.

const [url = ''] = process.argv.slice(2)
const redis = new Redis(url)
const sha = createHash('sha1').update(appendText).digest('hex')
const document = JSON.stringify(initial)

/** A history that somebody appends to. */
class Appender {
  readonly #keys: ReturnType<typeof keysOf>
  readonly #client = `client-${realEnvironment.id()}`
  #position: Position = { count: 0, mark: `=${realEnvironment.id().slice(0, 12)}` }
  #seq = 0

  constructor(id: string) {
    this.#keys = keysOf('bare:', id)
  }

  async append(size: number): Promise<void> {
    const { history, batches, records, clients, snapshot, channel } = this.#keys
    const { count, mark } = this.#position
    const batch: Batch = {
      mark: realEnvironment.id(),
      follows: mark,
      from: count,
      sentFrom: this.#position,
      completions: changes(size, this.#seq),
      bytes: 150 * size,
      client: this.#client,
      by: 'bench',
      at: Date.now(),
      after: this.#seq,
      last: this.#seq + size,
      outcome: {},
      hashes: Array.from({ length: size }, (_, i) => `abcdefghijk${i}`),
    }
    const args = [count, mark, document, channel, 65_536, 'publish', ...argumentsOf(batch, JSON.stringify(batch))]
    const answer = await redis.evalsha(sha, 5, history, batches, records, clients, snapshot, ...args)
    if ((answer as string[])[0] !== 'appended') throw new Error(String(answer))
    this.#position = { count: count + size, mark: batch.mark }
    this.#seq += size
  }
}

let appenders: readonly Appender[] = []

async function saturate(flushes: number, size: number): Promise<Omit<Spent, 'appends' | 'answered'>> {
  const [start, cpu] = [performance.now(), process.cpuUsage()]
  const turns = appenders.map(async (appender) => {
    for (let i = 0; i < flushes; i++) await appender.append(size)
  })
  await Promise.all(turns)
  const { user, system } = process.cpuUsage(cpu)
  return {
    commands: appenders.length * flushes * size,
    time: performance.now() - start,
    cpu: (user + system) / 1_000,
  }
}

answering({
  async open(ids: readonly string[]): Promise<void> {
    await redis.script('LOAD', appendText)
    appenders = ids.map((id) => new Appender(id))
  },
  saturate,
})
