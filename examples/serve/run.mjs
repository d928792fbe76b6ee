import { pathToFileURL } from 'node:url'
import { build } from './build.mjs'

const betweenLooks = 500

/** npm hands SIGTERM to the shell that it runs this in, and no further. */
function endWithTheShell() {
  const shell = process.ppid
  const look = () => {
    if (process.ppid === shell) return
    clearInterval(looking)
    process.kill(process.pid, 'SIGTERM')
  }
  const looking = setInterval(look, betweenLooks).unref()
}

/** Builds what is older than its sources and runs a program in this process, which may be that of a script of npm's. */
export async function run(program, script, make = build) {
  try {
    make(console.log)
    await import(pathToFileURL(program).href)
    if (process.env.npm_lifecycle_event === script) endWithTheShell()
  } catch (error) {
    console.error(error.message)
    process.exitCode = 1
  }
}
