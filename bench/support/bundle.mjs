import { relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { entries } from '../../spec/checks/entries.mjs'

const sources = new Map(entries.map(({ source }) => [source, source.replace(/\.ts$/, '.js')]))

/** Puts what was built in place of its sources: what is measured is what users get. */
const built = (dist) => ({
  name: 'built',
  setup(build) {
    build.onResolve({ filter: /^\.\.?\/.*\.ts$/ }, ({ path, resolveDir }) => {
      const made = sources.get(relative(process.cwd(), resolve(resolveDir, path)))
      return made && { path: pathToFileURL(resolve(dist, made)).href, external: true }
    })
  },
})

/** Node 20 runs no TypeScript. @param dist the built package to measure */
export const bundle = (outdir, dist = 'dist') =>
  build({
    entryPoints: [
      'bench/main.ts',
      'bench/check.ts',
      'bench/programs/*.ts',
      'bench/contenders/millrace.ts',
      'bench/contenders/flushout.ts',
      'bench/contenders/plain.ts',
      'bench/contenders/guests/*.ts',
      'bench/broadcasts/*.ts',
      'bench/broadcasts/guests/*.ts',
      'bench/hops/*.ts',
      'bench/hops/guests/*.ts',
    ],
    outbase: 'bench',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'es2022',
    packages: 'external',
    loader: { '.lua': 'text' },
    plugins: [built(dist)],
    outdir,
    outExtension: { '.js': '.mjs' },
  })
