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
    let [number, bytes, missed] = [0, 0, 0]
    let flushes: { readonly to: Served; readonly flush: string }[] = []
    const flush = (client: number) => {
      const document = number++ % documents
      const [to, count] = [served[document] as Served, counts[document] as number]
      const from = isCurrent ? count : (known[client] as number)
      missed += count - from
      counts[document] = count + batch
      known[client] = count + batch
      return { to, flush: to.flushOf(from, changesOf(count, batch, size)) }
    }
    return {
      prepare() {
        flushes = Array.from({ length: clients }, (_, client) => flush(client))
      },
      async step() {
        for (const { to, flush } of flushes) {
          const { answer } = await to.take(flush)
          bytes += answer.length
        }
      },
      documents: () =>
        served.map((one, i) => [one.document(), changed(size, changesOf(0, counts[i] as number, size))] as const),
      figures: () => ({ 'bytes an answer': bytes / number, 'commands brought': missed / number }),
    }
  },
}
