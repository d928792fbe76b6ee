import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { filter, firstValueFrom, Subject } from 'rxjs'
import { type Client, createClient } from '../../lib/client/client.ts'
import type { ConnectedProxy } from '../../lib/client/connected-proxy.ts'
import type { LineStatus } from '../../lib/client/line.ts'
import type { Transport, Via } from '../../lib/contracts/transport.ts'
import { realEnvironment } from '../../lib/environment.ts'
import { httpTransport } from '../../transports/http/index.ts'
import { ladder } from '../../transports/ladder/index.ts'
import { sharedTransport } from '../../transports/shared/index.ts'
import { socketIoTransport } from '../../transports/socket-io/index.ts'
import { type documents, initial, type List } from '../support/documents.ts'
import { chanceOf } from '../support/editors.ts'
import { MemoryLocks } from '../support/memory-locks.ts'
import { type Site, site } from '../support/site.ts'
import { type Strictness, type StrictProxy, strictProxy } from '../support/strict-proxy.ts'
import { expectEachOnce, wholeHistory } from '../support/whole-history.ts'

const shopping = 'list/shopping'
const name = `tabs ${process.pid}`
const strictnesses: readonly Strictness[] = ['answers 403', 'cuts the line', 'says nothing']
// A line that broke is tried again within 20 ms.
const environment = { ...realEnvironment, random: () => Math.random() * 0.04 }

interface Tab {
  readonly client: Client<typeof documents>
  readonly list: ConnectedProxy<List>
  readonly status: LineStatus
}

let served: Site
let proxy: StrictProxy
let tabs: Tab[]
let changed: Subject<void>
let locks: LockManager

beforeEach(async () => {
  served = await site()
  proxy = await strictProxy(served.port)
  tabs = []
  changed = new Subject()
  locks = new MemoryLocks() as unknown as LockManager
})
afterEach(async () => {
  for (const { client } of tabs) client.close()
  await proxy.close()
  await served.close()
})

/** As each page has one. */
const ownLadder = (): Transport =>
  ladder([socketIoTransport(proxy.url, { transports: ['websocket'] }), httpTransport(`${proxy.url}/millrace`)], {
    patience: 250,
    climbAfter: 50,
    environment,
  })
const sharedLadder = (): Transport => sharedTransport(ownLadder(), name, { locks, heartbeat: 500, patience: 1_000 })

function open(transport: Transport): Tab {
  const client = createClient<typeof documents>({ transport, environment })
  const tab = { client, list: client.open(shopping), status: { state: 'connecting' } as LineStatus }
  client.status$.subscribe((status) => {
    tab.status = status
    changed.next()
  })
  tabs.push(tab)
  return tab
}

const isLoaded = ({ list }: Tab): boolean => (list.getDocument() as List | undefined) !== undefined
const viaOf = ({ status }: Tab): Via => (status.state === 'live' && status.via) || {}
const leader = (): Tab | undefined => tabs.find((tab) => viaOf(tab).role === 'leader')

async function until(holds: () => boolean): Promise<void> {
  if (!holds()) await firstValueFrom(changed.pipe(filter(holds)))
}

/** The leader closes when its own edits are safe, with those of the others under way; or its lock is taken from it. */
async function changeLeader(closes: boolean): Promise<void> {
  await until(() => leader() !== undefined)
  const before = leader() as Tab
  if (closes) {
    await before.list.flush()
    tabs.splice(tabs.indexOf(before), 1)
    before.client.close()
    open(sharedLadder())
  }
  do {
    if (!closes) await Promise.all([until(() => viaOf(before).role !== 'leader'), steal()])
    await until(() => leader() !== undefined)
  } while (leader() === before)
}
const steal = () => locks.request(`millrace/${name}`, { steal: true }, () => undefined)

it('1,000 edits under 50 switches of rung and 20 changes of leader are in the history once, and all show its replay', async () => {
  const seed = Math.floor(Math.random() * 2 ** 32)
  console.log(`seed ${seed}`)
  const chance = chanceOf(seed)
  const oneOf = <V>(values: readonly V[]): V => values[Math.floor(chance() * values.length)] as V
  const alone = open(ownLadder())
  for (let i = 0; i < 3; i++) open(sharedLadder())
  await Promise.all(tabs.map(({ list }) => list.loaded))
  const said: string[] = []

  async function edit(times: number): Promise<void> {
    for (let i = 0; i < times; i++) {
      const { list } = oneOf(tabs.filter(isLoaded))
      const title = `edit ${said.length}.`
      const id = chance() < 0.3 ? oneOf(Object.keys(list.getDocument().todos)) : undefined
      const { isSuccess } = id ? list.at('todos', id).update({ title }) : list.at('todos').create({ title })
      expect(isSuccess).toBe(true)
      said.push(title)
      if (chance() < 0.5) await turn()
    }
  }

  for (let round = 0; round < 50; round++) {
    await edit(7)
    if (round % 5 < 2) await changeLeader(chance() < 0.5)
    await edit(7)
    const rung = round % 2 === 0 ? 1 : 0
    if (rung === 1) proxy.block(oneOf(strictnesses))
    else proxy.allow()
    await edit(6)
    await until(() => [alone, leader()].every((tab) => tab && viaOf(tab).rung === rung))
  }

  for (const { list } of tabs) await list.loaded.then(() => list.flush())
  const history = await wholeHistory(served.history, shopping, initial)
  for (const { list } of tabs) {
    await firstValueFrom(list.document$.pipe(filter(() => list.getCommandCount() === history.length)))
  }
  expect(said).toHaveLength(1_000)
  const texts = tabs.map(({ list }) => JSON.stringify(list.getDocument()))
  expectEachOnce(history, initial, said, texts)
})
