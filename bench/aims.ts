/** One figure: workload, table, row, column. */
export type Place = readonly [workload: string, table: string, row: string, column: string]

/** What is to be reached. */
export interface Aim {
  readonly text: string
  readonly workload: string
  /** What was measured; `undefined` where it was not. */
  readonly of: (figure: (...place: Place) => number) => number
  readonly atLeast?: number
  readonly atMost?: number
  /** What holds it back, from a profile, and what was tried. */
  readonly heldBack?: string
}

const [cpu, toFlushout] = ['µs CPU', '× flushout'] as const
type Figure = Parameters<Aim['of']>[0]

/** How many times as fast as the best of those that give plain immutable objects. */
const besideImmutable = (table: string, rivals: readonly string[]) => (figure: Figure) =>
  Math.min(...rivals.map((rival) => figure('observed', table, rival, cpu))) / figure('observed', table, 'millrace', cpu)

const stores = ['plain', 'mutative', 'immer']
const ratio = (workload: string, table: string, atLeast: number, text: string): Aim => ({
  text,
  workload,
  of: (figure) => figure(workload, table, 'millrace', toFlushout),
  atLeast,
})

const whole = (table: string, atLeast: number): Aim => ({
  text: `${table}: times as fast as the best that gives plain immutable objects`,
  workload: 'observed',
  of: besideImmutable(table, stores),
  atLeast,
  heldBack:
    'The record is copied from a list of its keys into a table, a quarter of what a spread costs. The rest is collecting the copies, ' +
    'remembering which of them were made here, and telling.',
})

const told = (table: string, column: string, text: string, bound: Pick<Aim, 'atLeast' | 'atMost'>): Aim => ({
  text: `${table}: ${text}`,
  workload: 'fan-out',
  of: (figure) => figure('fan-out', table, 'millrace', column),
  ...bound,
})

const toldBeside = (table: string, rival: string): Aim => ({
  text: `${table}: deliveries, in times of ${rival}`,
  workload: 'fan-out',
  of: (figure) =>
    figure('fan-out', table, 'millrace', 'deliveries/s') / figure('fan-out', table, rival, 'deliveries/s'),
  atLeast: 2,
})

const socketIoAdapters = ['redis-adapter', 'redis-streams-adapter']

const hopBeside = (column: string): Aim => ({
  text: `${column.slice(0, 3)}: times as fast as the faster of socket.io's Redis adapters`,
  workload: 'hop',
  of: (figure) =>
    Math.min(...socketIoAdapters.map((rival) => figure('hop', 'hop', rival, column))) /
    figure('hop', 'hop', 'millrace', column),
  atLeast: 1,
  heldBack:
    'Their servers pass on what they neither look at nor keep. Nothing waits here, and the packets on the way are as many: of what comes on ' +
    'top a quarter is judging and appending at the one host, a quarter following at the other, a quarter is the two clients, which ' +
    'apply and confirm, and a fifth the script in Redis, in place of a PUBLISH.',
})

export const aims: readonly Aim[] = [
  {
    ...ratio('apply', '10,000 todos', 2, 'times flushout, nobody looking'),
    heldBack:
      'A third of the time is garbage collection of what each command keeps while it waits: a copy of its path and its props, ' +
      'and what takes it back, of which flushout keeps none. Keeping these in one loop written by hand, without any check and with the ' +
      'same ids, is 1.1 to 1.3 times flushout. A tenth is making random ids of 128 bits; the rest is checking and copying.',
  },
  {
    ...whole('whole, 100 todos', 1),
    heldBack:
      'Two fifths is making the way writable, a sixth garbage collection; a spread of 100 keys by itself is 5 µs, so most of the ' +
      'rest is what surrounds it.',
  },
  whole('whole, 1,000 todos', 1.5),
  whole('whole, 10,000 todos', 1.5),
  {
    ...whole('single, 10,000 todos', 100),
    text: 'single items: times as fast as any store of immutable states, 10,000 todos',
  },
  {
    text: 'single items: cost at 100,000 todos, in times of that at 100',
    workload: 'observed',
    of: (figure) =>
      figure('observed', 'single, 100,000 todos', 'millrace', cpu) /
      figure('observed', 'single, 100 todos', 'millrace', cpu),
    atMost: 1.5,
  },
  {
    text: 'cost at 100,000 todos, in times of that at 1,000',
    workload: 'flush-cycle',
    of: (figure) =>
      figure('flush-cycle', '100,000 todos', 'millrace', cpu) / figure('flush-cycle', '1,000 todos', 'millrace', cpu),
    atMost: 1.5,
  },
  ratio('flush-cycle', '100,000 todos', 2_000, 'times flushout at 100,000 todos'),
  ratio('rebase', '10 pending, 10 remote, 10,000 todos', 40, 'times flushout at 10 × 10'),
  {
    ...ratio('rebase', '1,000 pending, 1,000 remote, 10,000 todos', 6, 'times flushout at 1,000 × 1,000'),
    heldBack:
      'A fifth is the text of 1,000 commands there and 2,000 back, as flushout’s interface has it; a sixth garbage collection, a seventh ' +
      'finding and copying what is written. flushout’s copy of the whole document, which is saved, is little beside 2,000 commands.',
  },
  {
    text: 'cost of 10 × 10 at 100,000 todos, in times of that at 10,000',
    workload: 'rebase',
    of: (figure) =>
      figure('rebase', '10 pending, 10 remote, 100,000 todos', 'millrace', cpu) /
      figure('rebase', '10 pending, 10 remote, 10,000 todos', 'millrace', cpu),
    atMost: 1.5,
  },
  {
    ...ratio('master', 'one document, clients far behind', 3.5, 'times flushout, clients far behind'),
    heldBack:
      'The texts of what was applied are made once and joined. What is left is mostly taking the ten commands of the flush, as for ' +
      'current clients.',
  },
  {
    ...ratio('master', 'one document, current clients', 1.5, 'times flushout, current clients'),
    heldBack:
      'Text is a third of it and the same for both. Each command is checked, copied, kept with what takes it back and let go again ' +
      'within one call, where flushout writes into the document.',
  },
  ratio('master', '1,000 documents', 1.5, 'times flushout, 1,000 documents'),
  {
    text: 'bytes of an answer to a current client',
    workload: 'master',
    of: (figure) => figure('master', 'one document, current clients', 'millrace', 'bytes an answer'),
    atMost: 100,
  },
  {
    text: 'bytes of an answer to a late client, in times of the text of the commands it brings',
    workload: 'master',
    of: (figure) => figure('master', 'one document, clients far behind', 'millrace', 'times their text'),
    atMost: 1.2,
  },
  ...['100 sockets', '500 sockets'].flatMap((table) => [
    told(table, 'of raw', 'part of the deliveries of raw socket.io', { atLeast: 0.9 }),
    told(table, 'p99, times raw', 'paced p99, in times of raw', { atMost: 1.3 }),
    toldBeside(table, 'sharedb'),
    toldBeside(table, 'hocuspocus'),
  ]),
  {
    text: 'many documents, batches of 10: part of the commands of the bare script',
    workload: 'cluster',
    of: (figure) => figure('cluster', 'many documents, batches of 10', 'millrace', 'of bare'),
    atLeast: 0.7,
  },
  {
    text: 'a hot document: CPU of four hosts, in times of one',
    workload: 'cluster',
    of: (figure) => figure('cluster', 'a hot document, offered 4,000/s', 'four hosts', 'CPU, times one host'),
    atMost: 1.25,
  },
  hopBeside('p50 ms'),
  hopBeside('p99 ms'),
  {
    text: 'a todo at a client, in times of plain objects',
    workload: 'memory',
    of: (figure) => figure('memory', 'a todo', 'millrace', 'times plain'),
    atMost: 1.1,
  },
  {
    text: 'a pending command, in times of the bare command',
    workload: 'memory',
    of: (figure) => figure('memory', 'a pending command', 'millrace', 'times bare'),
    atMost: 2,
  },
  {
    text: 'kB of the core beside rxjs',
    workload: 'size',
    of: (figure) => figure('size', 'min+gzip', 'millrace, all of it', 'kB gzip'),
    atMost: 14,
    heldBack:
      'The tree with its inverses, the shortcut of the rebase, net changes and the conversation with the host; texts for people are 0.8 kB.',
  },
  {
    text: 'kB of the client with its socket.io transport beside rxjs and socket.io-client',
    workload: 'size',
    of: (figure) => figure('size', 'min+gzip', 'millrace, createClient and socket.io', 'kB gzip'),
    atMost: 12,
    heldBack: 'The same as above: the client alone is most of it.',
  },
]
