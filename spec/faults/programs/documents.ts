import { type Context, document } from '../../../lib/documents.ts'
import type { Command, Interceptor } from '../../../lib/flushout.ts'

type Props = Record<string, unknown>

/** Items by id, each with the name of the command that made it or changed it last. */
export interface Board {
  readonly items: Record<string, Props>
}

const numberOf = (command: Command): number => Number((command as { props?: Props }).props?.n ?? 0)

/** Rejects some, throws at some, and writes into some how much there is: who judges too early is found out. */
const strict: Interceptor<Board, Context> = ({ items }, command) => {
  const n = numberOf(command)
  if (n % 13 === 3) return { rejection: `Nobody likes ${n}.` }
  if (n % 29 === 5) throw new Error(`It failed at ${n}.`)
  if (n > 0 && n % 5 === 2)
    return { newProps: { ...(command as { props: Props }).props, items: Object.keys(items).length } }
  return undefined
}

const initial: Board = { items: {} }

/** What every host in these specs serves. */
export const kinds = {
  board: document<Board>({ initial }),
  strict: document<Board>({ initial, interceptor: strict }),
}

export type Kinds = typeof kinds

/** What every client in these specs has open. */
export const documentIds = ['board/one', 'strict/two'] as const
export type DocumentId = (typeof documentIds)[number]

export const kindOf = (id: string): Kinds[keyof Kinds] => kinds[id.split('/')[0] as keyof Kinds]
