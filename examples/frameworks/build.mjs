import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildPackage, isOlder, vite } from '../serve/build.mjs'

const folder = 'examples/frameworks'
const compilers = fileURLToPath(new URL('compilers', import.meta.url))

/** What `npm run example:frameworks` runs, once it is built. */
export const program = fileURLToPath(new URL('dist/serve/main.js', import.meta.url))

/** Installs the compilers of the frameworks where they are missing or others. Tells `say` what it does. */
export function installCompilers(say = () => {}) {
  const lock = `${folder}/compilers/package-lock.json`
  if (!isOlder(`${folder}/compilers/node_modules/.package-lock.json`, [lock])) return
  say('Installing the compilers of the frameworks …')
  execFileSync('npm', ['ci', '--silent'], { cwd: compilers, stdio: ['ignore', 'ignore', 'inherit'] })
}

/** Installs and builds what is missing or older than its sources. Tells `say` what it does. */
export function build(say = () => {}) {
  buildPackage(say)
  installCompilers(say)
  if (isOlder(join(folder, 'dist/serve/main.js'), ['dist', folder, 'examples/serve', 'examples/todo'])) {
    say('Building the pages …')
    vite(join(folder, 'vite.config.ts'))
  }
}
