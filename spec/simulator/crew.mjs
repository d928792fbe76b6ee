import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { build } from 'esbuild'

const folderOf = fileURLToPath(new URL('.', import.meta.url))

/** How many seeds a worker gets at a time, and how long it may say nothing. */
const portion = 25
const patience = 60_000

/** Bundles the worker, for Node 20 runs no TypeScript. @returns its path, and what removes it */
export async function bundleWorker(plugins = []) {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-simulator-'))
  symlinkSync(resolve(folderOf, '../../node_modules'), join(folder, 'node_modules'))
  const path = join(folder, 'worker.mjs')
  const remove = () => rmSync(folder, { recursive: true })
  try {
    await build({
      entryPoints: [join(folderOf, 'processes/worker.ts')],
      outfile: path,
      bundle: true,
      packages: 'external',
      platform: 'node',
      format: 'esm',
      target: 'es2022',
      logLevel: 'error',
      plugins,
    })
  } catch (error) {
    remove()
    throw error
  }
  return { path, remove }
}

/**
 * Runs the seeds `first … first + seeds - 1` over the cores. `onReport` is told of each; with `stops` it ends with the
 * first that fails. A seed that takes a minute fails.
 */
export async function runSeeds({
  path,
  first,
  seeds,
  workers = availableParallelism(),
  stops = false,
  options = {},
  onReport,
}) {
  let next = first
  const end = first + seeds

  const take = (size = portion) => {
    if (next >= end) return undefined
    const task = { seed: next, seeds: Math.min(size, end - next), stops }
    next += task.seeds
    return task
  }

  await Promise.all(
    Array.from({ length: Math.min(workers, Math.ceil(seeds / portion)) }, () => {
      const worker = new Worker(path, { workerData: options })
      return new Promise((done, fail) => {
        let task
        let met = 0
        let isOver = false
        let waiting
        const stop = () => {
          isOver = true
          clearTimeout(waiting)
          worker.terminate().then(done, fail)
        }
        const wait = () => {
          clearTimeout(waiting)
          waiting = setTimeout(() => {
            const what = `It takes more than ${patience / 1_000} s.`
            onReport({
              seed: task.seed + met,
              violation: { invariant: 'I12', what, time: 0 },
              trace: '',
              counts: {},
              steps: [],
            })
            stop()
          }, patience)
        }
        const begin = () => {
          task = take()
          met = 0
          if (!task) return stop()
          wait()
          worker.postMessage(task)
        }
        worker.on('error', fail)
        worker.on('message', (said) => {
          if (isOver) return
          if (said === 'done') return begin()
          met++
          wait()
          onReport(said.report)
          if (stops && said.report.violation) next = end
        })
        begin()
      })
    }),
  )
}
