import { describe, expect, it } from '@jest/globals'
import { map, timer } from 'rxjs'
import type { SessionSource, Transport } from '../../lib/contracts/transport.ts'
import { MillraceError } from '../../lib/errors.ts'
import { type BrokenTransport, brokenTransports } from '../../lib/testing/broken-transports.ts'
import { type TransportFactory, transportSuite } from '../../lib/testing/transport-suite.ts'
import { inProcessTransport } from '../../transports/in-process/index.ts'

const capabilities = { encodesOnce: true, held: true, unanswered: true, patience: 400 }

/** The laws of the suite as a framework would be handed them. */
function laws(factory: TransportFactory): ReadonlyMap<string, () => Promise<void>> {
  const tests = new Map<string, () => Promise<void>>()
  const testFunctions = {
    describe: (_name: string, body: () => void) => body(),
    it: (name: string, body: () => Promise<void>) => void tests.set(name, body),
  }
  transportSuite('collected', factory, testFunctions, capabilities)
  return tests
}

const neverUp = (): Transport => () =>
  timer(50).pipe(
    map(() => {
      throw new MillraceError('connection_lost', 'No answer.')
    }),
  )

function overInProcess({ over }: Pick<BrokenTransport, 'over'>): TransportFactory {
  return (source) => {
    const good = (of: SessionSource) => inProcessTransport(of)
    const transport = over(good, source)
    return {
      connect: () => transport,
      unanswered: () => over(neverUp, source),
      held: () => process.getActiveResourcesInfo(),
      close: () => {},
    }
  }
}

describe('transportSuite', () => {
  it('finds no fault in a transport that keeps the contract, but that it encodes for each session', async () => {
    const failed: string[] = []
    for (const [name, law] of laws(overInProcess({ over: (good, source) => good(source) }))) {
      await law().catch(() => failed.push(name))
    }
    expect(failed).toEqual(['encodes a message once for all sessions that emit it in one turn'])
  })

  it.each(brokenTransports.map((broken) => [broken.fault, broken] as const))(
    'rejects one that %s',
    async (_, broken) => {
      const found = [...laws(overInProcess(broken))].filter(([name]) => name.startsWith(broken.law))
      expect(found).toHaveLength(1)
      await expect(found[0]?.[1]()).rejects.toThrow(/^Expected/)
    },
  )

  it('has a broken transport for each of its laws', () => {
    const names = [...laws(overInProcess({ over: (good, source) => good(source) })).keys()]
    expect(names.filter((name) => !brokenTransports.some(({ law }) => name.startsWith(law)))).toEqual([])
  })
})
