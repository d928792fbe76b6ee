import type { AppendResult, Batch, History, Outcome, Position, Verdict } from '../../contracts/history.ts'
import { realEnvironment } from '../../environment.ts'
import type { CommandCompletion } from '../../flushout.ts'
import { same } from '../transport/checks.ts'

/** Where the histories of the laws begin. */
export const start: Position = { count: 0, mark: 'start' }
export const initial = { title: 'initial', todos: {} }
export const documentId = 'list/shopping'

export interface BatchOptions {
  readonly client?: string
  readonly by?: string
  readonly after?: number
  /** How many commands, all of them taken unless `completions` says otherwise. */
  readonly commands?: number
  readonly completions?: readonly CommandCompletion[]
  readonly outcome?: Outcome
  readonly hashes?: readonly string[]
  readonly sentFrom?: Position
}

// Several processes may take part.
const origin = realEnvironment.id().slice(0, 4)
let marks = 0

/** A batch that follows a position. Each has a mark of its own. */
export function batchAfter(position: Position, options: BatchOptions = {}): Batch {
  const { client = 'ann', by = 'subject', after = 0, commands = 1, outcome = {}, sentFrom } = options
  const seqs = Array.from({ length: commands }, (_, index) => after + 1 + index)
  marks += 1
  const completions = options.completions ?? seqs.map((seq) => completion(`${client} ${seq}`))
  return {
    mark: `${origin}-${marks}`,
    follows: position.mark,
    from: position.count,
    ...(sentFrom && { sentFrom }),
    completions,
    bytes: JSON.stringify(completions).length,
    client,
    by,
    at: 1_700_000_000_000 + marks,
    after,
    last: after + commands,
    outcome,
    hashes: options.hashes ?? seqs.map((seq) => `hash of ${client} ${seq}`),
  }
}

/** A batch of which nothing was taken. */
export const emptyAfter = (position: Position, options: BatchOptions = {}): Batch => {
  const seq = (options.after ?? 0) + 1
  return batchAfter(position, {
    outcome: { rejected: [{ seq, code: 'rejected', reason: 'no' }] },
    ...options,
    completions: [],
  })
}

/** So many batches of one client, one behind the other. */
export function chainAfter(position: Position, length: number, options: BatchOptions = {}): Batch[] {
  const { after = 0, commands = 1 } = options
  const chain: Batch[] = []
  for (let end = position; chain.length < length; end = endOf(chain.at(-1) as Batch)) {
    chain.push(batchAfter(end, { ...options, after: after + chain.length * commands }))
  }
  return chain
}

export const completion = (title: string): CommandCompletion => ({
  command: { path: ['todos'], action: 'create', props: { title } },
  createdId: `id of ${title}`,
})

export const endOf = (batch: Batch): Position => ({ count: batch.from + batch.completions.length, mark: batch.mark })

export const lastOf = (batches: readonly Batch[]): Position => endOf(batches.at(-1) as Batch)

export const marksOf = (batches: readonly Batch[]): string[] => batches.map(({ mark }) => mark)

/** What was said of each batch, where they were refused. */
export const verdictsIn = (answer: AppendResult): Verdict[] | string =>
  answer.type === 'refused' ? answer.verdicts.map(({ verdict }) => verdict) : answer.type

/** Appends, and fails unless that is the answer. Gives the new head. */
export async function write(
  history: History,
  position: Position,
  batches: readonly Batch[],
  first?: object,
): Promise<Position> {
  same((await history.append(position, batches, first)).type, 'appended', 'the answer to an append at the head')
  return batches.length > 0 ? lastOf(batches) : position
}

/** Begins a history with so many batches. */
export async function begin(history: History, length: number, options?: BatchOptions): Promise<Batch[]> {
  const batches = chainAfter(start, length, options)
  await write(history, start, batches, initial)
  return batches
}

/** Appends so many batches of a client one after the other, while others do so too. */
export async function writeRacing(history: History, client: string, length: number): Promise<void> {
  let { head = start } = await history.record(client, 'subject')
  for (let after = 0; after < length; ) {
    const batch = batchAfter(head, { client, after })
    const result = await history.append(head, [batch], initial)
    same(result.type === 'refused', false, 'whether an append in turn is refused')
    if (result.type === 'appended') after += 1
    head = result.type === 'not_at_head' ? (result.head ?? start) : endOf(batch)
  }
}
