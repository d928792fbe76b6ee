import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { build } from 'esbuild'

// Node 20 runs no TypeScript: each bench is bundled, and run in a process of its own, as are the programs that it starts.
const named = process.argv.slice(2)
const benches = readdirSync('bench')
  .filter((file) => file.endsWith('.ts') && file !== 'rounds.ts')
  .map((file) => file.slice(0, -'.ts'.length))
  .filter((name) => named.length === 0 || named.includes(name))

const outdir = 'node_modules/.cache/millrace-bench'
await build({
  entryPoints: [...benches.map((name) => `bench/${name}.ts`), 'bench/programs/*.ts'],
  outbase: 'bench',
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'es2022',
  packages: 'external',
  loader: { '.lua': 'text' },
  outdir,
  outExtension: { '.js': '.mjs' },
})

for (const name of benches) {
  console.log(`\n${name}`)
  const { status } = spawnSync(process.execPath, [`${outdir}/${name}.mjs`], { stdio: 'inherit' })
  if (status !== 0) process.exitCode = 1
}
