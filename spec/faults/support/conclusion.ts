import { documentIds } from '../programs/documents.ts'
import type { HostAsk } from '../programs/host.ts'
import type { ClientAsk } from '../programs/participant.ts'
import type { Child } from './child.ts'
import type { Shown } from './evidence.ts'
import { countOf } from './histories.ts'
import { violations } from './verdict.ts'
import { until, within } from './within.ts'
import type { World } from './world.ts'

/** Waits until nothing is broken, all that was made is settled, and everybody has it. @returns what does not hold */
export async function conclude(world: World): Promise<string[]> {
  try {
    await world.heal()
    const resting = world.seats.map(({ task, process }) =>
      within(`${task.subject} to settle everything`, process.ask({ type: 'rest' })),
    )
    await Promise.all(resting)
    await whenAllKeptIsThere(world)
    const shown = await ending(world)
    return violations(await world.evidence(shown))
  } catch (error) {
    return [`I12: ${(error as Error).message}\n${await whereAllStand(world)}`, ...violations(await world.evidence())]
  }
}

/** What waits in the queues of others is sent by whoever finds it. */
async function whenAllKeptIsThere(world: World): Promise<void> {
  if (world.crowded.size === 0) return
  const isThere = async () => !violations(await world.evidence()).some((text) => text.startsWith('I4'))
  await until('what was kept to arrive', isThere).catch(() => undefined)
}

/** Everybody shows what they have, and ends. */
async function ending(world: World): Promise<Shown[]> {
  const { seats, stands } = world
  const { histories } = await world.evidence()
  const all: [string, Asked][] = [
    ...seats.map(({ task, process }): [string, Asked] => [task.subject, process as Asked]),
    ...stands.map(({ index, process }): [string, Asked] => [`host ${index}`, process as Asked]),
  ]
  const shown: Shown[] = []
  for (const [who, process] of all) {
    for (const document of documentIds) {
      const count = countOf(histories.get(document))
      shown.push({ who, document, count, text: await textOf(who, process, document, count) })
    }
  }
  for (const [who, process] of all) await ended(who, process)
  return shown
}

/** What clients and hosts are asked alike. */
type Asked = Child<ClientAsk & HostAsk>

/** In words, for whoever wants to know why nothing moves. */
export async function whereAllStand({ seats, stands }: World): Promise<string> {
  const words = [...seats, ...stands].map(async (one) => {
    const who = 'task' in one ? `${one.task.subject}.${one.lives} at host ${one.host}` : `host ${one.index}`
    const process = one.process as Asked
    if (!process.isRunning) return `${who} does not run. ${(await process.accident()) ?? ''}`
    const said = documentIds.map(async (document) => `${document}: ${await process.ask({ type: 'stands', document })}`)
    return within('', Promise.all(said), 5_000).then(
      (all) => `${who}: ${all.join(', ')}`,
      () => `${who} does not answer`,
    )
  })
  return (await Promise.all(words)).join('\n')
}

async function textOf(who: string, process: Asked, document: Shown['document'], count: number): Promise<string> {
  const asked = process.ask<string>({ type: 'show', document, count })
  return (await within(`${who} to have ${count} commands of ${document}`, asked)) ?? 'nothing, for it died'
}

async function ended(who: string, process: Asked): Promise<void> {
  await within(`${who} to close`, process.ask({ type: 'end' }))
  const { code, signal } = await within(`${who} to end by itself`, process.ended)
  if (code !== 0) throw new Error(`${who} ended with ${code ?? signal}: ${process.stderr}`)
}
