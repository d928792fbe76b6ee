import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig } from 'vite'
import { compilers } from '../../examples/frameworks/compilers/plugins.mjs'
import { writeSnippets } from './documented.ts'

const here = import.meta.dirname

/** The main file in each folder below one, by what its program is called. */
const mainsIn = (folder: string, prefix = ''): [name: string, file: string][] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) =>
      readdirSync(join(folder, name))
        .filter((file) => file.startsWith('main.'))
        .map((file): [string, string] => [prefix + name, join(folder, name, file)]),
    )

const docs = join(here, 'dist/docs')
writeSnippets(docs)

const mains = [...mainsIn(join(here, 'pages')), ...mainsIn(docs, 'docs-')]

// As developers run it: with all that frameworks check and do twice.
process.env.NODE_ENV = 'development'

/** A program for each page that a spec opens: one per framework, and what the docs of each show. Run by `setup.mjs`. */
export default defineConfig({
  root: here,
  plugins: compilers(mains.filter(([name]) => name.endsWith('angular')).map(([, file]) => file)),
  publicDir: false,
  logLevel: 'warn',
  // For browsers alone, though compilers know of servers, too.
  builder: { buildApp: async ({ build, environments: { client } }) => void (client && (await build(client))) },
  build: {
    outDir: 'dist/pages',
    minify: false,
    rolldownOptions: {
      input: Object.fromEntries(mains),
      output: { entryFileNames: '[name].js' },
    },
  },
})
