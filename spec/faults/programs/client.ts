import { answering } from '../support/child.ts'
import { type ClientAsk, type ClientTask, Participant } from './participant.ts'

// Clients in one process: one that may die, or several of many.

/** What one of them is asked, until all of them end. */
export type CrowdAsk =
  | { readonly type: 'to'; readonly subject: string; readonly ask: ClientAsk }
  | { readonly type: 'end' }

const tasks = JSON.parse(process.argv[2] as string) as readonly ClientTask[]
const participants = new Map(tasks.map((task) => [task.subject, new Participant(task)]))

answering<CrowdAsk>((ask) => (ask.type === 'to' ? participants.get(ask.subject)?.answer(ask.ask) : undefined))
