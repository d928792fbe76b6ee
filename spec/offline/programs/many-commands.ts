import type { Command } from '../../../lib/flushout.ts'

/** The `i`th of very many commands: each tenth adds a todo, the others change one of those that `ids` names. */
export const commandAt = (i: number, ids: readonly string[]): Command =>
  i % 10 === 0
    ? { action: 'create', path: ['todos'], props: { title: `todo ${i}` } }
    : { action: 'update', path: ['todos', ids[(i * 7_919) % ids.length] as string], props: { size: i } }
