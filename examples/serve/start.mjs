import { pathToFileURL } from 'node:url'
import { build, program } from './build.mjs'

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

try {
  build(console.log)
  await import(pathToFileURL(program).href)
  if (process.env.npm_lifecycle_event === 'start') endWithTheShell()
} catch (error) {
  console.error(error.message)
  process.exitCode = 1
}
