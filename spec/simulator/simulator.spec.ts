import { spawn } from 'node:child_process'
import { describe, expect, it } from '@jest/globals'
import { simulate } from '../../lib/testing/index.ts'

const first = 1
const seeds = 2_000

interface Summary {
  readonly seconds: number
  readonly failures: readonly { readonly seed: number; readonly violation: unknown }[]
  readonly lacking: readonly string[]
  readonly counts: Readonly<Record<string, number>>
}

/** Runs the simulator as a user would. */
function run(...args: string[]): Promise<Summary> {
  const child = spawn(process.execPath, ['spec/simulator/run.mjs', '--json', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (more) => {
    text += more
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', () => {
      try {
        resolve(JSON.parse(text) as Summary)
      } catch {
        reject(new Error(`The simulator said: ${text}`))
      }
    })
  })
}

describe('A simulated world', () => {
  it('is the same each time it is begun from the same seed', async () => {
    const runs = [await simulate({ seed: 7 }), await simulate({ seed: 7 }), await simulate({ seed: 8 })]

    expect(runs[0]).toEqual(runs[1])
    expect(runs[0]?.trace).not.toBe(runs[2]?.trace)
  })

  it('of a standard size has 200 commands, and 5 faults of 4 kinds', async () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const { counts } = await simulate({ seed })
      const faults = Object.entries(counts).filter(([what]) => what.startsWith('fault:'))
      expect(counts.commands).toBeGreaterThanOrEqual(200)
      expect(faults.length).toBeGreaterThanOrEqual(4)
      expect(faults.reduce((sum, [, times]) => sum + times, 0)).toBeGreaterThanOrEqual(5)
    }
  })

  it(`keeps every promise, whatever goes wrong in it: seeds ${first} to ${first + seeds - 1}`, async () => {
    const { failures, lacking, seconds } = await run('--seed', String(first), '--seeds', String(seeds))

    expect(failures.map(({ seed, violation }) => ({ again: `npm run simulate -- --seed ${seed}`, violation }))).toEqual(
      [],
    )
    expect({ neverMet: lacking }).toEqual({ neverMet: [] })
    process.stderr.write(`    ${seeds} seeds in ${seconds.toFixed(0)} s\n`)
  }, 600_000)
})
