import { changed, changeOf, changesOf, listOf } from '../support/todos.ts'
import { able, type Race } from '../support/workload.ts'

const contenders = ['millrace', 'flushout', 'plain', 'yjs', 'sharedb']
const sizes = [1_000, 10_000, 100_000]

export const flushCycle: Race<number> = {
  name: 'flush-cycle',
  title: 'Flush cycle',
  definition:
    'A client and its server hold the same list. A step is one update at the client, its way to the server as text, and ' +
    'the answer’s way back as text. Nobody else changes anything, and nobody looks. Yjs: the update in base64.',
  cases: sizes.map((size) => ({
    name: `${size.toLocaleString('en-US')} todos`,
    params: size,
    commands: 1,
    contenders,
    slow: size === 1_000 ? [] : ['yjs', 'sharedb'],
  })),

  async start(contender, size) {
    const pair = await able(contender, 'pair')(listOf(size))
    let number = 0
    return {
      step() {
        pair.update(changeOf(number++, size))
        return pair.sync()
      },
      async documents() {
        const should = changed(size, changesOf(0, number, size))
        return (await pair.documents()).map((is) => [is, should] as const)
      },
    }
  },
}
