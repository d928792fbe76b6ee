import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { entries } from '../checks/entries.mjs'
import { compile } from './compile.ts'
import { Project } from './project.ts'

const { peerDependencies } = JSON.parse(readFileSync('package.json', 'utf8'))
const names = entries.map(({ name }) => name)

/** A program that takes in every entry, and asks whether an adapter's error is of the class that the core has. */
const program = (take: string): string => `
const main = async () => {
  for (const name of ${JSON.stringify(names)}) await ${take}(name)
  const { MillraceError } = await ${take}('millrace')
  const { memoryHistory } = await ${take}('millrace/adapters/history/memory')
  const history = memoryHistory()
  await history.close()
  const error = await history.open('list/shopping').load().catch((error) => error)
  console.log(error instanceof MillraceError, error.code)
}
main()
`

describe('the packed package', () => {
  let project: Project

  beforeAll(() => {
    project = new Project('module', [...Object.keys(peerDependencies), '@types/node', '@types/react'])
  })

  afterAll(() => project.remove())

  it.each([
    ['import', 'program.mjs'],
    ['require', 'program.cjs'],
  ])('gives all its entries, made on one core, to whoever uses %s', async (take, file) => {
    project.write(file, program(take))
    expect(await project.run([file])).toEqual({ code: 0, output: 'true closed\n' })
  })

  it.each([
    ['import', 'all.mts'],
    ['require', 'all.cts'],
  ])(
    'has types that hold without skipLibCheck for whoever uses %s',
    (_, file) => {
      project.write(file, names.map((name, i) => `export * as entry${i} from '${name}'\n`).join(''))
      const { files, wrongIn } = compile([project.path(file)], project.folder)
      const own = files.filter((name) => name.includes('node_modules/millrace/') || name.endsWith(file))
      expect(own.length).toBeGreaterThan(names.length)
      expect(own.flatMap(wrongIn)).toEqual([])
    },
    60_000,
  )
})
