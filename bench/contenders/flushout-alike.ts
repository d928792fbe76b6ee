import type { CommandCompletion, CompletionBatch, HistoryProvider } from '../../lib/index.ts'
import type { Contender, Editor, Pair, Served } from '../support/contender.ts'
import { Log } from '../support/log.ts'
import type { Change, TodoList } from '../support/todos.ts'

/** What flushout's Proxy and Millrace's have in common. */
export interface ProxyAlike {
  apply(command: object): { isSuccess: boolean; createdId?: string; error?: string }
  getDocument(): TodoList
  beginFlush(): CompletionBatch
  endFlush(sync?: unknown): { error?: string }
}

export interface MasterAlike {
  apply(batch: CompletionBatch): Promise<{ applied: CompletionBatch; sync?: unknown }>
  getSnapshot(): { document: TodoList }
}

interface Snapshot {
  commandCount: number
  document: TodoList
}

export interface Kinds {
  /** How a delete is spelled. */
  readonly deletion: string
  readonly proxy: (snapshot: Snapshot) => ProxyAlike
  readonly master: (snapshot: Snapshot, historyProvider: HistoryProvider) => MasterAlike
  /** How what a Master gives is made a text. */
  readonly textOf: (answer: object) => string
}

const snapshotOf = (document: TodoList): Snapshot => ({ commandCount: 0, document })
const updateOf = ({ id, changes }: Change) => ({ action: 'update', path: ['todos', id], props: changes })

/** A value as it comes out of a line of text. */
const overTheWire = <V>(value: V): V => (value === undefined ? value : JSON.parse(JSON.stringify(value)))

/** Whoever has flushout's interface takes part like this. */
export const alike = ({
  deletion,
  proxy,
  master,
  textOf,
}: Kinds): Required<Pick<Contender, 'edit' | 'pair' | 'serve'>> => ({
  edit(list): Editor {
    const editor = proxy(snapshotOf(list))
    return {
      create: (props) => editor.apply({ action: 'create', path: ['todos'], props }).createdId as string,
      update: (id, props) => void editor.apply({ action: 'update', path: ['todos', id], props }),
      delete: (id) => void editor.apply({ action: deletion, path: ['todos', id] }),
      document: () => editor.getDocument(),
    }
  },

  pair(list): Pair {
    const client = proxy(snapshotOf(list))
    const server = withHistory(master, structuredClone(list))
    return {
      update: (change) => void client.apply(updateOf(change)),
      async arrive(changes) {
        await server.take({
          from: server.count(),
          completions: changes.map((c) => ({ command: updateOf(c) as never })),
        })
      },
      async sync() {
        const { sync } = await server.take(overTheWire(client.beginFlush()))
        const { error } = client.endFlush(overTheWire(sync))
        if (error) throw new Error(error)
      },
      documents: () => [client.getDocument(), server.document()],
    }
  },

  serve(list): Served {
    const server = withHistory(master, list)
    return {
      flushOf: (from, changes) =>
        JSON.stringify({ from, completions: changes.map((change) => ({ command: updateOf(change) })) }),
      async take(flush) {
        const { applied, sync } = await server.take(JSON.parse(flush))
        const news = textOf({ applied })
        return { answer: textOf({ sync }), news }
      },
      document: server.document,
    }
  },
})

/** A Master whose history is in memory. */
function withHistory(master: Kinds['master'], list: TodoList) {
  const history = new Log<CommandCompletion>()
  const server = master(snapshotOf(list), async (from, to) => history.between(from, to))
  return {
    count: () => history.count,
    async take(batch: CompletionBatch) {
      const result = await server.apply(batch)
      history.add(result.applied.completions)
      return result
    },
    document: () => server.getSnapshot().document,
  }
}
