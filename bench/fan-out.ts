import assert from 'node:assert/strict'
import { combineLatest, map, type Observable } from 'rxjs'
import type { Cost } from './programs/fan-out-server.ts'
import { median } from './support/numbers.ts'
import { Remote } from './support/remote.ts'

// An update of a document that many sockets have open, beside a broadcast of the same bytes to a room of socket.io. The
// sockets are real, and in processes of their own; the CPU is that of the serving process alone. Two kinds of rounds: as
// many batches as can be, so many of them in flight; and one batch at a time, which says what it costs by itself.

const names = ['millrace', 'raw'] as const
type Name = (typeof names)[number]

const rounds = 7
const deliveries = 60_000
const inFlight = 20
const pacedBatches = 40
const pacedInterval = 40

interface Heard {
  readonly characters: number
  readonly delays: readonly number[]
}

interface Round {
  readonly cost: Cost
  readonly characters: number
  readonly delays: readonly number[]
}

/** A server of each kind, and as many sockets to each. */
async function fanOut(sockets: number): Promise<void> {
  const crowds = [new Remote('fan-out-clients'), new Remote('fan-out-clients')]
  const servers = { millrace: new Remote('fan-out-server', 'millrace'), raw: new Remote('fan-out-server', 'raw') }
  const all = <R = void>(ask: string, ...args: unknown[]) =>
    Promise.all(crowds.map((crowd) => crowd.ask<R>(ask, ...args)))
  for (const name of names) await all('connect', name, await servers[name].ask('listen'), sockets / crowds.length)

  async function round(name: Name, reportEvery: number, isTimed: boolean, ...play: readonly unknown[]): Promise<Round> {
    await all('begin', name, reportEvery, isTimed)
    const byEach = crowds.map((crowd) => crowd.news$() as Observable<number>)
    const passing = combineLatest(byEach)
      .pipe(map((heard) => Math.min(...heard)))
      .subscribe((heard) => void servers[name].ask('heard', heard))
    const cost = await servers[name].ask<Cost>(...(play as [string]))
    passing.unsubscribe()
    const ends = await all<Heard>('end', name)
    return {
      cost,
      characters: ends.reduce((sum, { characters }) => sum + characters, 0),
      delays: ends.flatMap(({ delays }) => delays),
    }
  }

  const fast: Record<Name, Round[]> = { millrace: [], raw: [] }
  const paced: Record<Name, Round[]> = { millrace: [], raw: [] }
  const batches = deliveries / sockets
  // The first of each warms up.
  for (let number = 0; number <= rounds; number++) {
    for (const name of number % 2 === 0 ? names : [...names].reverse()) {
      fast[name][number] = await round(name, 5, false, 'run', batches, inFlight)
      paced[name][number] = await round(name, pacedBatches, true, 'pace', pacedBatches, pacedInterval)
    }
    assert.equal(fast.millrace[number]?.characters, fast.raw[number]?.characters, 'not the same bytes')
  }
  await Promise.all([...crowds, ...Object.values(servers)].map((remote) => remote.end()))
  report(sockets, fast, paced)
}

function report(sockets: number, fast: Record<Name, Round[]>, paced: Record<Name, Round[]>): void {
  const middle = (all: readonly Round[], of: (round: Round) => number) => median(all.slice(1).map(of))
  const each = sockets * pacedBatches
  for (const name of names) {
    const perSecond = middle(fast[name], ({ cost }) => deliveries / cost.time)
    const cpu = middle(fast[name], ({ cost }) => (1_000 * cost.cpu) / deliveries)
    const alone = middle(paced[name], ({ cost }) => (1_000 * cost.cpu) / each)
    const at = (part: number) => middle(paced[name], ({ delays }) => quantile(delays, part)).toFixed(2)
    console.log(
      `${sockets} sockets, ${name.padEnd(8)} ${Math.round(perSecond)},000 deliveries/s, ${cpu.toFixed(2)} µs of CPU each; ` +
        `one batch at a time ${alone.toFixed(2)} µs, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`,
    )
  }
  const ratio = (rounds: Record<Name, Round[]>, of: (cost: Cost) => number) =>
    `${Math.round((100 * middle(rounds.raw, ({ cost }) => of(cost))) / middle(rounds.millrace, ({ cost }) => of(cost)))} %`
  console.log(
    `${sockets} sockets: ${ratio(fast, ({ time }) => time)} of raw by time (at least 90 is the aim), ` +
      `${ratio(fast, ({ cpu }) => cpu)} by CPU, ${ratio(paced, ({ cpu }) => cpu)} by CPU one batch at a time`,
  )
}

function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length * part)] as number
}

for (const sockets of [100, 500]) await fanOut(sockets)
