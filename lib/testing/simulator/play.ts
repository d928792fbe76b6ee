import type { ClientProcess } from './client-process.ts'
import type { Step } from './plan.ts'
import { Random } from './random.ts'
import { troubles } from './troubles.ts'
import type { World } from './world.ts'

/** How long healing may take, in virtual milliseconds. */
const healingTime = 300_000

/** Lets everything happen that is planned, heals the world, and looks at what has become of it. */
export async function play(world: World): Promise<void> {
  const { steps } = world.plan
  for (const step of steps) world.timeline.after(step.at, () => take(world, step))
  await pass(world, (steps.at(-1)?.at ?? 0) + 1)
  heal(world)
  await rest(world)
  // Whoever has nothing to say may not have noticed what was lost.
  if (!world.isOver) sayLastWords(world)
  await rest(world)
  if (!world.isOver) check(world)
  await close(world)
}

const pass = (world: World, milliseconds: number): Promise<void> =>
  world.timeline.pass(milliseconds, () => world.isOver)

function take(world: World, { type, chance, index }: Step): void {
  if (world.isOver) return
  const random = new Random(chance)
  if (type === 'edit') return edit(world, random, index)
  world.trace.note(`— ${type}`)
  if (troubles[type](world, random)) world.counts.add(`fault:${type}`)
}

function edit({ clients, documents }: World, random: Random, index: number): void {
  const first = random.below(clients.length)
  const id = random.pick(documents)
  const client = clients
    .map((_, i) => clients[(first + i) % clients.length] as ClientProcess)
    .find((one) => one.document(id).proxy.isLoaded && !one.actor.isAsleep)
  client?.edit(id, random, random.between(1, 4), index * 10 + 1)
}

/** All faults end. */
function heal(world: World): void {
  world.isStoreUp = true
  world.storeSlowness = 0
  world.storm = 1
  world.partitions.clear()
  for (const host of world.hosts) {
    Object.assign(host, { isDeaf: false, isCutOff: false, slowness: 0, refusals: 0 })
    host.fates.clear()
    host.actor.wake()
  }
  for (const { actor } of world.clients) actor.wake()
  for (const { fates } of world.disks) fates.length = 0
  for (const link of [...world.network.links]) {
    if (link.isOver) link.drop()
    else if (link.deaf.up || link.deaf.down) link.cut()
  }
  world.trace.note('— heals')
}

function sayLastWords({ clients, documents }: World): void {
  clients.forEach((client, i) => {
    for (const [j, id] of documents.entries())
      if (client.document(id).proxy.isLoaded) client.edit(id, new Random(i), 1, 1_000_000 + 10 * i + j)
  })
}

/** Time passes until everything has come to rest. */
async function rest(world: World): Promise<void> {
  const end = world.timeline.now + healingTime
  while (world.timeline.now < end && !world.isOver) {
    await pass(world, 1_000)
    if (isAtRest(world) && !world.checker.owes) return
  }
  if (world.isOver || isAtRest(world)) return
  const states = world.clients.flatMap((client) =>
    world.documents.map((id) => {
      const { proxy, book } = client.document(id)
      return `${book.name}: ${JSON.stringify(proxy.status)}, ${book.waiting.length} wait`
    }),
  )
  world.checker.fail('I12', `After ${healingTime} ms without faults: ${states.join('; ')}`)
}

const isAtRest = ({ isComplete, clients, documents, checker }: World): boolean =>
  isComplete &&
  clients.every((client) => client.isSettled) &&
  documents.every((id) =>
    clients.every((client) => client.document(id).proxy.getCommandCount() === checker.ledger(id).count),
  )

function check({ clients, documents, checker }: World): void {
  for (const id of documents) {
    const { text } = checker.ledger(id)
    for (const client of clients) {
      const shown = JSON.stringify(client.document(id).proxy.getDocument())
      if (shown !== text) checker.fail('I7', `${client.actor.name} shows ${shown} of ${id}; it is ${text}.`)
    }
  }
  checker.check()
}

async function close({ clients, hosts, timeline }: World): Promise<void> {
  for (const client of clients) client.close()
  await timeline.pass(100)
  for (const { host } of hosts) void host.close()
  await timeline.pass(60_000)
}
