import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'

const mayInstall = () => process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')

function install(name) {
  const options = { stdio: 'inherit', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }
  execFileSync('apt-get', ['update'], options)
  execFileSync('apt-get', ['install', '-y', name], options)
}

/** Installs a package of the system where its program is missing and that may be, or says what to do. */
export function ensure(name, variable, path) {
  if (!path() && mayInstall()) install(name)
  if (path()) return
  console.error(`No ${name} here: install it (apt-get install ${name}), or set ${variable} to the path of one.`)
  process.exitCode = 1
}
