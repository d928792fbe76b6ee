import type { Served } from '../support/contender.ts'
import { changed, changesOf, listOf } from '../support/todos.ts'
import { able, type Race } from '../support/workload.ts'

interface Serving {
  readonly documents: number
  /** Whether clients have heard of all that others did, or only of what their own answers brought. */
  readonly isCurrent: boolean
}

const [clients, batch, size] = [50, 10, 100]
const contenders = ['millrace', 'flushout', 'plain']

export const master: Race<Serving> = {
  name: 'master',
  title: 'Master',
  definition:
    `${clients} clients in turn flush batches of ${batch} updates to lists of ${size} todos. A step is one flush, out of text, ` +
    'the answer to its author as text, and the text by which all others are told. Far behind: a client knows only what ' +
    `its own answers brought, so each brings the ${(clients - 1) * batch} commands of the others. Current: it has heard of ` +
    'everything. 1,000 documents: current clients, each flush goes to the next list.',
  cases: [
    {
      name: 'one document, clients far behind',
      params: { documents: 1, isCurrent: false },
      commands: clients * batch,
      contenders,
    },
    {
      name: 'one document, current clients',
      params: { documents: 1, isCurrent: true },
      commands: clients * batch,
      contenders,
    },
    { name: '1,000 documents', params: { documents: 1_000, isCurrent: true }, commands: clients * batch, contenders },
  ],

  start(contender, { documents, isCurrent }) {
    const served = Array.from({ length: documents }, () => able(contender, 'serve')(listOf(size)))
    const counts = served.map(() => 0)
    const known = Array.from({ length: clients }, () => 0)
    let turns = 0
    let flushes: Flush[] = []
    const tally = { flushes: 0, bytes: 0, missed: 0, text: 0 }

    function flushOf(client: number): Flush {
      const document = turns++ % documents
      const [to, count] = [served[document] as Served, counts[document] as number]
      const from = isCurrent ? count : (known[client] as number)
      counts[document] = count + batch
      known[client] = count + batch
      return { to, text: to.flushOf(from, changesOf(count, batch, size)), missed: count - from }
    }

    return {
      prepare() {
        flushes = Array.from({ length: clients }, (_, client) => flushOf(client))
      },
      async step() {
        for (const { to, text, missed } of flushes) {
          const { answer, news } = await to.take(text)
          tally.flushes += 1
          tally.bytes += answer.length
          tally.missed += missed
          tally.text += (missed / batch) * news.length
        }
      },
      documents: () =>
        served.map((one, i) => [one.document(), changed(size, changesOf(0, counts[i] as number, size))] as const),
      figures: () => ({
        'bytes an answer': tally.bytes / tally.flushes,
        'commands brought': tally.missed / tally.flushes,
        ...(!isCurrent && { 'times their text': tally.bytes / tally.text }),
      }),
    }
  },
}

interface Flush {
  readonly to: Served
  readonly text: string
  /** How many commands of others its answer has to bring. */
  readonly missed: number
}
