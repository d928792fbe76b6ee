import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

const candidates = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** Where Chromium is: what the environment variable `CHROMIUM` says, or where systems put it; `undefined` if nowhere. */
export const chromiumPath = () => candidates.find((path) => path && existsSync(path))

const mayInstall = () => process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')

function install() {
  const options = { stdio: 'inherit', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }
  execFileSync('apt-get', ['update'], options)
  execFileSync('apt-get', ['install', '-y', 'chromium'], options)
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  if (!chromiumPath() && mayInstall()) install()
  if (!chromiumPath()) {
    console.error('No Chromium here: install it (apt-get install chromium), or set CHROMIUM to the path of one.')
    process.exitCode = 1
  }
}
