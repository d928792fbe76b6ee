import type { DocumentStatus } from 'millrace'
import type { Todo } from '../../todo/documents.ts'

/** What a person is told of how a list is saved, and how that looks. */
export function describe(status: DocumentStatus & { readonly pending: number }): { text: string; tone: string } {
  const waiting = `${status.pending} waiting`
  switch (status.state) {
    case 'live':
      return status.pending === 0 ? { text: 'Saved', tone: 'good' } : { text: waiting, tone: 'busy' }
    case 'offline':
      return { text: status.pending === 0 ? 'Offline' : `Offline, ${waiting}`, tone: 'alone' }
    case 'refused':
      return { text: status.reason, tone: 'bad' }
    case 'closed':
      return { text: 'Closed', tone: 'quiet' }
    case 'loading':
      return { text: 'Loading', tone: 'quiet' }
  }
}

/** How many todos there are, and how many of them are done. */
export function countsOf(todos: Readonly<Record<string, Todo>> = {}): { all: number; done: number } {
  const all = Object.values(todos)
  return { all: all.length, done: all.filter(({ done }) => done).length }
}
