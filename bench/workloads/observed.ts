import assert from 'node:assert/strict'
import type { Observed } from '../support/contender.ts'
import { changed, changeOf, idOf, listOf } from '../support/todos.ts'
import { able, type Case, type Race } from '../support/workload.ts'

interface Observation {
  readonly size: number
  readonly look: keyof typeof looks
  /** How many commands are one change; 1 where they are by themselves. */
  readonly burst: number
}

/** What a subscriber does, and how many are told of so many changes, each of one todo. */
const looks = {
  list: { start: (list, told) => list.watch(told), told: (changes) => changes },
  todos: {
    start(list, told, size) {
      for (let i = 0; i < watched; i++) list.watchTodo(idOf((i * size) / watched), told)
    },
    told: (changes) => changes,
  },
  ids: { start: (list, told) => list.watchIds(told), told: () => 0 },
} satisfies Record<
  string,
  { start: (list: Observed, told: () => void, size: number) => void; told: (changes: number) => number }
>

/** How many todos are looked at, where it is single ones. */
const watched = 100

const immutable = ['millrace', 'plain', 'mutative', 'immer', 'yjs']
const perStep = 20

const caseOf = (name: string, size: number, look: Observation['look'], burst = 1): Case<Observation> => ({
  name: `${name}, ${size.toLocaleString('en-US')} todos`,
  params: { size, look, burst },
  commands: Math.max(burst, perStep),
  // Who copies a record of 100,000 for each command takes minutes.
  contenders: size > 10_000 ? ['millrace', 'yjs'] : immutable,
  slow: ['immer'],
})

export const observed: Race<Observation> = {
  name: 'observed',
  title: 'Apply, observed',
  definition:
    'Observers get plain objects that never change afterwards. Each command updates one todo. Whole: one subscriber gets the ' +
    `whole list after each command. Single: ${watched} subscribers look at a todo each, and each command changes one of these. ` +
    'Keys: one subscriber looks at the ids alone, and no command changes them. Burst: a hundred commands in one batch, of ' +
    'which one subscriber to the whole list is told once. plain is a copy on write by spread; ' +
    'it, mutative and immer are stores that tell all subscribers of each state. flushout and ShareDB hand out what they ' +
    'change afterwards, so they do not take part.',
  cases: [
    ...[100, 1_000, 10_000].map((size) => caseOf('whole', size, 'list')),
    ...[100, 10_000, 100_000].map((size) => caseOf('single', size, 'todos')),
    caseOf('keys', 10_000, 'ids'),
    caseOf('burst', 10_000, 'list', 100),
  ],

  start(contender, { size, look, burst }) {
    const list = able(contender, 'observe')(listOf(size))
    const { start, told } = looks[look]
    let heard = 0
    start(list, () => void heard++, size)
    const changeAt =
      look === 'todos' ? (number: number) => watchedChange(number, size) : (number: number) => changeOf(number, size)
    let number = 0
    const change = () => {
      const { id, changes } = changeAt(number++)
      list.update(id, changes)
    }
    return {
      step() {
        if (burst > 1) list.batch(() => times(burst, change))
        else times(perStep, change)
      },
      documents() {
        assert.equal(heard, told(number / burst), 'Not told as often as it should be.')
        return [
          [
            list.document(),
            changed(
              size,
              Array.from({ length: number }, (_, i) => changeAt(i)),
            ),
          ],
        ]
      },
    }
  },
}

function times(count: number, work: () => void): void {
  for (let i = 0; i < count; i++) work()
}

const watchedChange = (number: number, size: number) => ({
  ...changeOf(number, size),
  id: idOf(((number % watched) * size) / watched),
})
