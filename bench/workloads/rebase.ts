import { type Change, changed, changesOf, listOf } from '../support/todos.ts'
import { able, type Race } from '../support/workload.ts'

interface Rebase {
  readonly size: number
  /** How many commands wait at the client, and how many others made meanwhile. */
  readonly each: number
}

const contenders = ['millrace', 'flushout', 'plain', 'yjs']

export const rebase: Race<Rebase> = {
  name: 'rebase',
  title: 'Rebase',
  definition:
    'A client has made commands while others’ came to the server. A step is the flush of the first, the answer with ' +
    'the second, both as text, and what the client does to hold both. Each updates a todo of its own; that others’ come ' +
    'first, and making the commands, is not measured. Yjs merges instead, and sends updates in base64.',
  cases: [
    { name: '10 pending, 10 remote, 10,000 todos', params: { size: 10_000, each: 10 }, commands: 20, contenders },
    {
      name: '1,000 pending, 1,000 remote, 10,000 todos',
      params: { size: 10_000, each: 1_000 },
      commands: 2_000,
      contenders,
    },
    {
      name: '10 pending, 10 remote, 100,000 todos',
      params: { size: 100_000, each: 10 },
      commands: 20,
      contenders: ['millrace', 'plain'],
    },
  ],

  async start(contender, { size, each }) {
    const pair = await able(contender, 'pair')(listOf(size))
    const all: Change[] = []
    return {
      async prepare() {
        const from = all.length
        const [theirs, ours] = [changesOf(from, each, size), changesOf(from + each, each, size)]
        await pair.arrive(theirs)
        for (const change of ours) pair.update(change)
        all.push(...theirs, ...ours)
      },
      step: () => pair.sync(),
      async documents() {
        const should = changed(size, all)
        return (await pair.documents()).map((is) => [is, should] as const)
      },
    }
  },
}
