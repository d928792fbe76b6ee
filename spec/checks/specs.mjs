import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { report } from './steps.mjs'

// Without npm and a shell between, so that stopping it stops jest.
const [, ...command] = JSON.parse(readFileSync('package.json', 'utf8')).scripts.jest.split(' ')

/** How long jest may say nothing: while specs run, and after it said that something is still open. */
const patience = { running: 420_000, lingering: 10_000 }
const lingers = /did not exit one second after|failed to exit gracefully/

/** Runs jest to its end, showing what it says; one that does not end by itself is stopped. */
function jest(outputFile, args) {
  const child = spawn(process.execPath, [...command, '--json', `--outputFile=${outputFile}`, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const stop = (milliseconds) => setTimeout(() => child.kill('SIGKILL'), milliseconds)
  let isLingering = false
  let stopping = stop(patience.running)
  child.stderr.setEncoding('utf8').on('data', (text) => {
    process.stderr.write(text)
    isLingering ||= lingers.test(text)
    clearTimeout(stopping)
    stopping = stop(isLingering ? patience.lingering : patience.running)
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => {
      clearTimeout(stopping)
      resolve({ isPassed: code === 0, isLingering })
    })
  })
}

function counted(outputFile) {
  const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites, numPendingTests, numTodoTests } = JSON.parse(
    readFileSync(outputFile, 'utf8'),
  )
  return {
    passed: numPassedTests,
    failed: numFailedTests + numRuntimeErrorTestSuites,
    skipped: numPendingTests + numTodoTests,
  }
}

/** Runs the specs of some projects, so many files at a time, and counts them. That all ran and that jest then ended by itself are checks too. */
export async function runSpecs(workers, ...projects) {
  const args = [`--maxWorkers=${workers}`, '--selectProjects', ...projects]
  const folder = mkdtempSync(join(tmpdir(), 'millrace-specs-'))
  const outputFile = join(folder, 'results.json')
  try {
    const { isPassed, isLingering } = await jest(outputFile, args)
    if (!existsSync(outputFile)) {
      report({
        name: 'jest',
        isPassed: false,
        output: 'It left no results. The spec it was at is none of those above.',
      })
      return { passed: 0, failed: 0 }
    }
    const { passed, failed, skipped } = counted(outputFile)
    report({ name: 'specs all ran', isPassed: skipped === 0, output: `${skipped} were skipped.` })
    report({ name: 'specs ended', isPassed: !isLingering, output: 'Something was still open: see what jest said.' })
    if (!isPassed && !isLingering && failed === 0) {
      report({ name: 'jest', isPassed: false, output: 'It failed; see what it said.' })
    }
    return { passed, failed }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
