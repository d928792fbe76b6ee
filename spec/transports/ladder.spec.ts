import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { concat, ignoreElements, lastValueFrom, map, merge, NEVER, of, throwError, timer } from 'rxjs'
import { createClient } from '../../lib/client/client.ts'
import type { LineStatus } from '../../lib/client/line.ts'
import type { Transport } from '../../lib/contracts/transport.ts'
import { MillraceError } from '../../lib/errors.ts'
import type { Host } from '../../lib/host/host.ts'
import type { ClientMessage } from '../../lib/protocol/messages.ts'
import { asked } from '../../lib/testing/transport/messages.ts'
import { scriptedSource } from '../../lib/testing/transport/scripted-source.ts'
import { transportSuite } from '../../lib/testing/transport-suite.ts'
import { inProcessTransport } from '../../transports/in-process/index.ts'
import { type LadderOptions, ladder } from '../../transports/ladder/index.ts'
import { FaultyLine } from '../support/faulty-line.ts'
import { quiet } from '../support/manual-time.ts'
import { add, type Lists, Scene, type Served, shopping, titlesOf } from '../support/scene.ts'

const blocked: Transport = () => throwError(() => new MillraceError('connection_lost', 'Blocked.'))
const held = () => process.getActiveResourcesInfo()

transportSuite(
  'ladder, by its last rung',
  (source) => ({ connect: () => ladder([blocked, blocked, inProcessTransport(source)]), held, close: () => {} }),
  { describe, it },
  { held: true },
)
transportSuite(
  'ladder, by its first rung',
  (source) => ({ connect: () => ladder([inProcessTransport(source), blocked]), held, close: () => {} }),
  { describe, it },
  { held: true },
)

/** One way to a host, which somebody may block. */
class Way {
  readonly line: FaultyLine
  readonly #host: Host<Lists>

  constructor({ host }: Served) {
    this.#host = host
    this.line = new FaultyLine(host.session())
  }

  /** Breaks what there is, and lets nothing begin. */
  block(): void {
    this.line.host = undefined
    for (const link of this.line.links) {
      link.cut()
      link.drop()
    }
  }

  clear(): void {
    this.line.host = this.#host.session()
  }

  get open(): number {
    return this.line.links.filter(({ isUp }) => isUp).length
  }
}

describe('ladder', () => {
  let scene: Scene
  beforeEach(() => {
    scene = new Scene()
  })
  afterEach(async () => {
    expect(scene.time.hurry.observed).toBe(false)
    await scene.close()
  })

  function climber(served: Served, count = 2, options: LadderOptions = {}, token = () => 'ann') {
    const ways = Array.from({ length: count }, () => new Way(served))
    const { environment } = scene.time
    const transport = ladder(
      ways.map(({ line }) => line.transport),
      { environment, ...options },
    )
    const client = createClient<Lists>({ transport, environment, token })
    const rungs: unknown[] = []
    client.status$.subscribe((status: LineStatus) =>
      rungs.push(status.state === 'live' ? status.via?.rung : status.state),
    )
    return { ways: ways as [Way, Way, ...Way[]], client, list: client.open(shopping), rungs }
  }

  it('takes the first that works, and says so', async () => {
    const served = scene.serve()
    const { ways, client, list, rungs } = climber(served, 3)
    ways[0].block()
    await list.loaded
    expect(rungs).toEqual(['connecting', 1])
    expect(ways.map(({ open }) => open)).toEqual([0, 1, 0])
    client.close()
    expect(served.host.counts.sessions).toBe(0)
  })

  it('passes over one that takes what is said and never answers', async () => {
    const served = scene.serve()
    const { ways, client, list, rungs } = climber(served)
    ways[0].line.isFlowing = false
    await scene.time.pass(3_999)
    expect(rungs).toEqual(['connecting'])
    await scene.time.pass(1)
    await list.loaded
    expect(rungs).toEqual(['connecting', 1])
    expect(ways[0].open).toBe(0)
    client.close()
  })

  it('steps down when a rung breaks, and climbs back when it works again, without going offline', async () => {
    const { ways, client, list, rungs } = climber(scene.serve())
    await list.loaded
    ways[0].block()
    await scene.time.pass(500)
    expect(rungs).toEqual(['connecting', 0, 'offline', 'connecting', 1])
    await scene.time.pass(45_000)
    expect(rungs).toHaveLength(5)
    ways[0].clear()
    await scene.time.pass(45_000)
    expect(rungs.slice(5)).toEqual([0])
    expect(ways.map(({ open }) => open)).toEqual([1, 0])
    await add(list, 'milk').settled
    client.close()
  })

  it('tries the better rungs at once when the network comes back', async () => {
    const { ways, client, list, rungs } = climber(scene.serve())
    ways[0].block()
    await list.loaded
    ways[0].clear()
    scene.time.hurry.next()
    await quiet()
    expect(rungs).toEqual(['connecting', 1, 0])
    client.close()
  })

  it('begins at the rung that worked last', async () => {
    const { ways, client, list, rungs } = climber(scene.serve())
    ways[0].line.isFlowing = false
    await scene.time.pass(4_000)
    await list.loaded
    const tries = ways[0].line.links.length
    await scene.time.pass(4_000)
    ways[1].line.cut()
    await scene.time.pass(500)
    expect(rungs).toEqual(['connecting', 1, 'offline', 'connecting', 1])
    expect(ways[0].line.links).toHaveLength(tries)
    client.close()
  })

  it('begins below a rung that welcomes and breaks as soon as it is used', async () => {
    const { ways, client, list, rungs } = climber(scene.serve())
    await list.loaded
    await scene.time.pass(3_900)
    ways[0].line.cut()
    await scene.time.pass(500)
    expect(rungs).toEqual(['connecting', 0, 'offline', 'connecting', 1])
    client.close()
  })

  it('tries the better ones, too, when what worked last does not', async () => {
    const { ways, client, list, rungs } = climber(scene.serve(), 3)
    ways[0].block()
    ways[1].block()
    await list.loaded
    ways[1].clear()
    ways[2]?.block()
    await scene.time.pass(500)
    expect(rungs).toEqual(['connecting', 2, 'offline', 'connecting', 1])
    client.close()
  })

  it('begins at the top again when none works', async () => {
    const { ways, client, list, rungs } = climber(scene.serve())
    for (const way of ways) way.block()
    await quiet()
    ways[0].clear()
    await scene.time.pass(500)
    await list.loaded
    expect(rungs).toEqual(['connecting', 'offline', 'connecting', 0])
    client.close()
  })

  it('stays where it is when the better rung breaks while it moves', async () => {
    const { ways, client, list, rungs } = climber(scene.serve())
    ways[0].block()
    await list.loaded
    ways[0].clear()
    const { line } = ways[0]
    line.isFlowing = false
    scene.time.hurry.next()
    await quiet()
    const tried = line.links.length
    line.link?.flow()
    await quiet()
    line.link?.flow()
    expect(line.links).toHaveLength(tried + 1)
    expect(ways[1].open).toBe(0)
    add(list, 'tea')
    await quiet()
    // Whoever has not been welcomed there is told nothing but who this is.
    expect(line.link?.said).toEqual([expect.objectContaining({ type: 'hello' })])
    ways[0].block()
    await quiet()
    await add(list, 'milk').settled
    expect(rungs).toEqual(['connecting', 1, 1])
    client.close()
  })

  it('asks anew who this is where the hello that it knows is too old for the better rung', async () => {
    const served = scene.serve({
      authenticate: ({ token }) => {
        if (token !== valid) throw new Error('Too old.')
        return { subject: 'ann' }
      },
    })
    let valid = 'first'
    const { ways, client, list, rungs } = climber(served, 2, {}, () => valid)
    ways[0].block()
    await list.loaded
    valid = 'second'
    ways[0].clear()
    scene.time.hurry.next()
    await scene.time.pass(500)
    expect(rungs).toEqual(['connecting', 1, 'offline', 'connecting', 0])
    client.close()
  })

  it('has 1,000 edits of two clients in the history once and in order, under 50 moves in the middle of flushes', async () => {
    const served = scene.serve()
    const climbers = [climber(served), climber(served)]
    await Promise.all(climbers.map(({ list }) => list.loaded))
    let moves = 0
    for (let edit = 0; edit < 500; edit++) {
      climbers.forEach(({ list }, client) => add(list, `${client}:${edit}`))
      if (edit % 10 === 0) {
        // What was said is on its way, and the answer is not.
        await undefined
        for (const { ways } of climbers) {
          if (moves % 2 === 0) ways[0].block()
          else ways[0].clear()
        }
        moves += 1
        scene.time.hurry.next()
        await scene.time.pass(moves % 3 === 0 ? 0 : 500)
      }
    }
    expect(moves).toBe(50)
    for (const { ways } of climbers) ways[0].clear()
    await scene.time.pass(60_000)
    await Promise.all(climbers.map(({ list }) => list.flush()))
    const titles = await scene.titles()
    for (const [client, { list, rungs, client: closing }] of climbers.entries()) {
      expect(titles.filter((title) => title.startsWith(`${client}:`))).toEqual(
        Array.from({ length: 500 }, (_, edit) => `${client}:${edit}`),
      )
      expect(titlesOf(list)).toEqual(titles)
      expect(rungs.filter((rung, i) => rung === 0 && rungs[i - 1] === 1).length).toBeGreaterThan(10)
      closing.close()
    }
  })

  it('does not go on by another way in the midst of what is said before a welcome', async () => {
    const source = scriptedSource()
    const breaking: Transport = (outgoing) =>
      merge(
        outgoing.pipe(ignoreElements()),
        timer(0).pipe(
          map(() => {
            throw new MillraceError('connection_lost', 'Broken.')
          }),
        ),
      )
    const { environment } = scene.time
    const transport = ladder([breaking, source.session({}) as Transport], { environment })
    const hello: ClientMessage = { type: 'hello', protocol: 1 }
    await expect(lastValueFrom(transport(concat(of(hello, asked(1)), NEVER)))).rejects.toMatchObject({
      message: 'Broken.',
    })
    expect(source.sessions).toHaveLength(0)
    const again = transport(concat(of(hello, asked(1)), NEVER)).subscribe()
    expect(source.sessions[0]?.heard).toEqual([hello, asked(1)])
    again.unsubscribe()
  })

  it('refuses to be made of nothing', () => {
    expect(() => ladder([])).toThrow(TypeError)
  })
})
