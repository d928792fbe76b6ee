import { spawn } from 'node:child_process'
import { appendFileSync } from 'node:fs'

/** What became of each check so far, in the order in which they ended. */
export const results = []

/** Prints what became of a check: one line, and all it said if it failed. */
export function report({ name, isPassed, output = '', seconds = 0 }) {
  results.push({ name, isPassed })
  console.log(`${isPassed ? '✓' : '✗'} ${name.padEnd(18)} ${seconds.toFixed(1).padStart(6)} s`)
  if (!isPassed) console.log(output.trimEnd().replace(/^/gm, '    '))
}

/** Runs one script of package.json. Resolves when it has ended, however it ended. */
export function check(name) {
  const begun = performance.now()
  const child = spawn('npm', ['run', '--silent', name], { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => {
      report({ name, isPassed: code === 0, output, seconds: (performance.now() - begun) / 1000 })
      resolve()
    })
  })
}

/** Adds the specs to the checks, and says how many of all passed: to whoever reads, and in the file that RESULTS names. */
export function conclude(specs) {
  const failures = results.filter(({ isPassed }) => !isPassed)
  const passed = specs.passed + results.length - failures.length
  const failed = specs.failed + failures.length
  if (process.env.RESULTS) appendFileSync(process.env.RESULTS, `${passed} ${failed}\n`)
  if (failures.length > 0) console.log(`\nFailed: ${failures.map(({ name }) => name).join(', ')}`)
  console.log(`\n${passed} passed, ${failed} failed`)
  process.exitCode = failed === 0 && specs.passed > 0 ? 0 : 1
}
