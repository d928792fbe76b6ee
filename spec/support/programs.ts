import { symlinkSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Programs in TypeScript, as something that every Node can start. */
export interface Bundles {
  path(program: string): string
  remove(): Promise<void>
}

/** Bundles `beside`/NAME.ts, for each name. */
export async function bundle(beside: URL, ...programs: string[]): Promise<Bundles> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-programs-'))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  await build({
    entryPoints: programs.map((program) => fileURLToPath(new URL(`${program}.ts`, beside))),
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    loader: { '.lua': 'text' },
    packages: 'external',
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  })
  return {
    path: (program) => join(folder, `${program}.mjs`),
    remove: () => rm(folder, { recursive: true }),
  }
}
