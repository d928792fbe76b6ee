import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { Project } from './project.ts'

const published = ['index', 'proxy', 'master']

/** The tests of one file. The integration tests require the master's for its store, which brings those along. */
function testsIn(text: string): number {
  const own = text.match(/^\s*test\(/gm)?.length ?? 0
  return own + (text.includes('require("./master.test")') ? testsIn(sourceOf('master')) : 0)
}

const sourceOf = (name: string): string => readFileSync(`node_modules/flushout/dist/${name}.test.js`, 'utf8')

const namingMillrace = (text: string): string =>
  text.replace(/require\("(\.|\.\/types|\.\/master|\.\/proxy)"\)/g, 'require("millrace")')

describe("flushout's own tests", () => {
  let project: Project

  beforeAll(() => {
    project = new Project('commonjs', ['rxjs'])
    for (const name of published) project.write(`${name}.test.js`, namingMillrace(sourceOf(name)))
  })

  afterAll(() => project.remove())

  it.each(published)('pass once their imports name millrace: %s', async (name) => {
    const { output } = await project.run([
      resolve('node_modules/jest/bin/jest.js'),
      `--rootDir=${project.folder}`,
      '--json',
      '--outputFile=results.json',
      `${name}.test.js`,
    ])
    const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = JSON.parse(project.read('results.json'))
    if (numFailedTests > 0) console.error(output)
    expect({ numPassedTests, numFailedTests, numRuntimeErrorTestSuites }).toEqual({
      numPassedTests: testsIn(sourceOf(name)),
      numFailedTests: 0,
      numRuntimeErrorTestSuites: 0,
    })
  })
})
