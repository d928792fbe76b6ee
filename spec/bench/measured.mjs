import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { build } from 'esbuild'
import { bundle } from '../../bench/support/bundle.mjs'
import { buildPackage } from '../../examples/serve/build.mjs'
import { entries } from '../checks/entries.mjs'
import { planting } from '../simulator/planted/planting.mjs'

/**
 * What the benches say costs more than it did: the package as it is built, or, with edits, one that is made of sources in
 * which these faults were put.
 *
 * @param {{ edits?: readonly (readonly [string, string, string])[], args?: readonly string[] }} what
 */
export async function regressions({ edits = [], args = [] }) {
  // Where packages are found.
  mkdirSync('node_modules/.cache', { recursive: true })
  const folder = mkdtempSync(resolve('node_modules/.cache/millrace-bench-'))
  try {
    const dist = edits.length > 0 ? await planted(folder, edits) : built()
    await bundle(join(folder, 'bench'), dist)
    return await said(process.execPath, join(folder, 'bench/check.mjs'), ...args)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function built() {
  buildPackage()
  return 'dist'
}

async function planted(folder, edits) {
  const outdir = join(folder, 'dist')
  await build({
    entryPoints: entries.map(({ source }) => source).filter((source) => source.startsWith('lib/')),
    outbase: '.',
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    packages: 'external',
    plugins: [planting(edits)],
  })
  return outdir
}

/** The lines that a program says. One that fails in another way throws. */
function said(...command) {
  const [program, ...args] = command
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let [out, errors] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text) => (out += text))
  child.stderr.setEncoding('utf8').on('data', (text) => (errors += text))
  return new Promise((done, fail) => {
    child.on('error', fail)
    child.on('close', () => (errors ? fail(new Error(errors)) : done(out.split('\n').filter(Boolean))))
  })
}
