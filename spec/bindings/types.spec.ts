import { execFile } from 'node:child_process'
import { expect, it } from '@jest/globals'

const compilers = 'examples/frameworks/compilers/node_modules'

/** Runs a tool to its end. @returns its code, and what it said */
const run = (...args: readonly string[]): Promise<readonly [code: unknown, said: string]> =>
  new Promise((done) =>
    execFile(process.execPath, args, (error, out, err) => done([error ? error.code : 0, `${out}${err}`])),
  )

// Those of the others are checked with the sources, or when they are compiled.
it.each([
  ['Vue', [`${compilers}/vue-tsc/bin/vue-tsc.js`, '-p', 'spec/bindings/tsconfig.vue.json']],
  [
    'Svelte',
    [
      `${compilers}/svelte-check/bin/svelte-check`,
      ...['--workspace', '.', '--tsconfig', 'spec/bindings/tsconfig.svelte.json'],
      ...['--fail-on-warnings', '--output', 'machine'],
    ],
  ],
])('The components and the docs of %s have types that hold', async (_, args) => {
  const [code, said] = await run(...args)
  if (code !== 0) throw new Error(said)
  expect(code).toBe(0)
})
