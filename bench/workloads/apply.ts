import type { Editor } from '../support/contender.ts'
import { listOf, type Todo, todoOf } from '../support/todos.ts'
import { able, type Race } from '../support/workload.ts'

export const apply: Race<number> = {
  name: 'apply',
  title: 'Apply, nobody looking',
  definition:
    'A list of no todos. Each is created, then each is updated, then every second one is deleted, command by command and ' +
    'with nobody looking: 2.5 commands a todo. A step is all of it, from an empty list on.',
  cases: [
    {
      name: '10,000 todos',
      params: 10_000,
      commands: 25_000,
      contenders: ['millrace', 'flushout', 'plain', 'sharedb', 'yjs'],
    },
    {
      name: '1,000 todos',
      params: 1_000,
      commands: 2_500,
      contenders: ['millrace', 'flushout', 'plain', 'sharedb', 'yjs', 'mutative'],
      slow: ['mutative'],
    },
  ],

  start(contender, size) {
    const open = able(contender, 'edit')
    const empty = { title: 'shopping', todos: {} }
    const todos = Array.from({ length: size }, (_, rank) => todoOf(rank))
    let editor: Editor
    return {
      step() {
        editor = open(structuredClone(empty))
        edit(editor, todos)
      },
      // Ids are everybody's own.
      documents: () => [[Object.values(editor.document().todos), Object.values(expected(size))]],
    }
  },
}

const updated = { done: true, rank: -1 }

function edit(editor: Editor, todos: readonly Todo[]): void {
  const ids = todos.map((todo) => editor.create(todo))
  for (const id of ids) editor.update(id, updated)
  for (let i = 0; i < ids.length; i += 2) editor.delete(ids[i] as string)
}

const expected = (size: number) =>
  Object.values(listOf(size).todos)
    .filter((_, i) => i % 2 === 1)
    .map((todo) => ({ ...todo, ...updated }))
