import assert from 'node:assert/strict'
import type { Contender } from '../support/contender.ts'
import { promisesIn } from '../support/promises.ts'
import { answering } from '../support/remote.ts'
import type { Running } from '../support/workload.ts'
import { races } from '../workloads/races.ts'

/** What a round cost, in microseconds a command. */
export interface Cost {
  /** CPU of the process, all its threads. */
  readonly cpu: number
  readonly wall: number
}

const [raceName, caseName, contenderPath = ''] = process.argv.slice(2)
const race = races.find(({ name }) => name === raceName)
const one = race?.cases.find(({ name }) => name === caseName)
assert(race && one)
let running: Running

/** Does so many steps, and says what all of them cost. */
async function steps(count: number): Promise<Cost> {
  let [cpu, wall] = [0, 0]
  const { prepare } = running
  // Looking at the clocks costs as much as a small step does.
  const together = prepare ? 1 : count
  for (let done = 0; done < count; done += together) {
    await prepare?.()
    const [start, used] = [performance.now(), process.cpuUsage()]
    for (let i = 0; i < together; i++) {
      const step = running.step()
      if (step instanceof Promise) await step
    }
    const { user, system } = process.cpuUsage(used)
    cpu += user + system
    wall += 1_000 * (performance.now() - start)
  }
  return { cpu, wall }
}

answering({
  async open() {
    const { contender } = (await import(contenderPath)) as { contender: Contender }
    running = await race.start(contender, one.params)
  },

  /** Works for so many milliseconds of CPU, however busy the machine is, and finds how many steps take so many. */
  async fit(milliseconds: number, warmUp: number): Promise<number> {
    // The first is like no other: what was handed in is copied then.
    await steps(1)
    let [count, cpu] = [1, 0]
    for (let spent = 0; spent < warmUp; spent += cpu / 1_000) {
      if (cpu < 1_000 * milliseconds && spent > 0) count *= 2
      cpu = Math.max(1, (await steps(count)).cpu)
    }
    return Math.max(1, Math.round((count * 1_000 * milliseconds) / cpu))
  },

  async round(count: number): Promise<Cost> {
    globalThis.gc?.()
    const { cpu, wall } = await steps(count)
    const commands = count * one.commands
    return { cpu: cpu / commands, wall: wall / commands }
  },

  /** Throws where something else came out than should have. */
  async finish(): Promise<Readonly<Record<string, number>>> {
    await running.prepare?.()
    const promises = (await promisesIn(() => running.step())) / one.commands
    for (const [is, should] of await running.documents()) assert.deepEqual(is, should)
    return { promises, ...running.figures?.() }
  },
})
