import assert from 'node:assert/strict'
import { median, quantile } from '../support/numbers.ts'
import type { Row, Table } from '../support/table.ts'
import { Served, type Told } from '../support/told.ts'
import type { Effort, Workload } from '../support/workload.ts'

const guests = ['sharedb', 'hocuspocus']
const pathOf = (name: string) => `../broadcasts/${guests.includes(name) ? 'guests/' : ''}${name}.mjs`
const contenders = ['millrace', 'raw', ...guests]

const deliveries = 60_000
const inFlight = 20
const paced = { batches: 40, interval: 40 }

interface Rounds {
  readonly name: string
  readonly served: Served
  readonly fast: Told[]
  readonly paced: Told[]
}

export const fanOut: Workload = {
  name: 'fan-out',
  title: 'Fan-out',
  definition:
    'Server code changes the title of a document that many sockets on loopback have open, in processes of their own; two ' +
    `processes hold the clients, which take what comes and do nothing with it. Rounds of ${deliveries.toLocaleString('en-US')} deliveries with ` +
    `${inFlight} changes under way, and rounds of one change every ${paced.interval} ms, for the delays. CPU is the serving process's. raw ` +
    'is a broadcast of the same bytes to a room of socket.io, with no document behind it. ShareDB and Hocuspocus serve over ws.',

  async measure(effort, say) {
    const tables: Table[] = []
    for (const sockets of [100, 500]) {
      say(`${sockets} sockets`)
      tables.push({ name: `${sockets} sockets`, rows: await fanOutTo(sockets, effort) })
    }
    return tables
  },
}

async function fanOutTo(sockets: number, { isQuick, only }: Effort): Promise<readonly Row[]> {
  const names = contenders.filter((name) => !only || only.includes(name))
  const all: Rounds[] = []
  try {
    for (const name of names)
      all.push({ name, served: await Served.to(name, pathOf(name), sockets), fast: [], paced: [] })
    // The first of each warms up.
    for (let round = 0; round <= (isQuick ? 1 : 5); round++) {
      for (let i = 0; i < all.length; i++)
        await play(all[(round + i) % all.length] as Rounds, sockets, isQuick ? 0.25 : 1)
    }
  } finally {
    await Promise.all(all.map(({ served }) => served.end()))
  }
  sameBytes(all)
  const raw = all.find(({ name }) => name === 'raw')
  return all.map((one) => ({ name: one.name, values: valuesOf(one, raw, sockets) }))
}

async function play({ served, fast, paced: slow }: Rounds, sockets: number, part: number): Promise<void> {
  const batches = Math.ceil((deliveries * part) / sockets)
  fast.push(await served.play({ reportEvery: 5, isTimed: false, batches: batches - (batches % 5), inFlight }))
  const few = Math.ceil(paced.batches * part)
  slow.push(await served.play({ reportEvery: few, isTimed: true, batches: few, interval: paced.interval }))
}

/** Millrace says what raw says. */
function sameBytes(all: readonly Rounds[]): void {
  const [ours, raw] = ['millrace', 'raw'].map((name) => all.find((one) => one.name === name)?.fast)
  if (ours && raw) assert.deepEqual(ours.map(charactersOf), raw.map(charactersOf), 'Not the same bytes.')
}

const charactersOf = ({ characters }: Told) => characters

function valuesOf(one: Rounds, raw: Rounds | undefined, sockets: number): Row['values'] {
  const middle = (told: readonly Told[], of: (told: Told) => number) => median(told.slice(1).map(of))
  const perSecond = (rounds: Rounds) => middle(rounds.fast, ({ time, batches }) => (1_000 * batches * sockets) / time)
  const cpuOf = (told: Told) => (1_000 * told.cpu) / (told.batches * sockets)
  const delay = (rounds: Rounds, part: number) => middle(rounds.paced, ({ delays }) => quantile(delays, part))
  const cpu = (rounds: Rounds) => middle(rounds.fast, cpuOf)
  return {
    'deliveries/s': perSecond(one),
    'µs CPU each': cpu(one),
    'µs CPU each, alone': middle(one.paced, cpuOf),
    'p50 ms': delay(one, 0.5),
    'p99 ms': delay(one, 0.99),
    ...(raw && {
      'of raw': perSecond(one) / perSecond(raw),
      'of raw, by CPU': cpu(raw) / cpu(one),
      'p99, times raw': delay(one, 0.99) / delay(raw, 0.99),
    }),
  }
}
