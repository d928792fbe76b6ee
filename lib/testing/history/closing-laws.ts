import { bufferCount, firstValueFrom, interval, lastValueFrom, timeout } from 'rxjs'
import type { HistoryAdapter } from '../../contracts/history.ts'
import { hasCode } from '../../errors.ts'
import { check, same } from '../transport/checks.ts'
import { batchAfter, begin, documentId, endOf, initial, lastOf, start, write } from './batches.ts'
import type { HistoryCapabilities, HistoryLaw } from './law.ts'

/** The end of an adapter, and what goes on without it. */
export function closingLaws({ durable, channel }: HistoryCapabilities): readonly HistoryLaw[] {
  return [...endLaws, ...(durable ? durableLaws : []), ...(channel === 'store' ? [reachesOpeners] : [reachesItself])]
}

const endLaws: readonly HistoryLaw[] = [
  {
    name: 'rejects every call with closed once it is closed',
    async run({ open, read, untilEnded }) {
      const adapter = await open()
      const history = adapter.open(documentId)
      const [batch] = await begin(history, 1)
      const running = read(history, start)
      await adapter.close()
      await adapter.close()
      await untilEnded(running, 'closed')
      const again = adapter.open(documentId)
      const head = endOf(batch as never)
      const calls = {
        load: history.load(),
        append: history.append(head, [batchAfter(head, { after: 1 })]),
        record: again.record('ann', 'subject'),
        save: again.save(head, initial),
        read: lastValueFrom(history.read(start)),
        messages: lastValueFrom(adapter.channel('who').messages$),
        publish: Promise.resolve().then(() => adapter.channel('who').publish('me')),
      }
      for (const [name, call] of Object.entries(calls)) {
        const found = await Promise.resolve(call).then(
          () => 'an answer',
          (error: unknown) => error,
        )
        check(hasCode(found, 'closed'), `${name} rejects with closed, not with ${String(found)}`)
      }
    },
  },
]

const durableLaws: readonly HistoryLaw[] = [
  {
    name: 'holds all of it when it is opened again',
    async run({ left, right, open, read, untilRead }) {
      const batches = await begin(left.open(documentId), 5, { commands: 2 })
      await left.open(documentId).save(endOf(batches[2] as never), { title: 'six' })
      const before = [await left.open(documentId).load(), await left.open(documentId).record('ann', 'subject')]
      await Promise.all([left.close(), right.close()])
      const history = (await open()).open(documentId)
      same([await history.load(), await history.record('ann', 'subject')], before, 'the snapshot and the record')
      const reader = read(history, start)
      await untilRead(reader, lastOf(batches).mark)
      same(reader.batches, batches, 'the batches')
      await write(history, lastOf(batches), [batchAfter(lastOf(batches), { after: 10 })])
    },
  },
  {
    name: 'finishes what is under way before it is closed',
    async run({ left, right }) {
      const ids = Array.from({ length: 30 }, (_, index) => `list/${index}`)
      const appends = ids.map((id) => left.open(id).append(start, [batchAfter(start)], initial))
      await left.close()
      same(
        (await Promise.all(appends)).map(({ type }) => type),
        ids.map(() => 'appended'),
        'the answers',
      )
      for (const id of ids) same((await right.open(id).record('ann', 'subject')).record?.seq, 1, `the seq in ${id}`)
    },
  },
]

const reachesItself: HistoryLaw = {
  name: 'carries messages of a channel, as they come, to who shares an opener',
  run: async ({ left }) => void (await carries(left, left)),
}

const reachesOpeners: HistoryLaw = {
  name: 'carries messages of a channel, as they come, to every opener',
  run: async ({ left, right }) => {
    await carries(left, left)
    await carries(left, right)
  },
}

let channels = 0

/** Messages are sent until one arrives, since nothing promises the first: `to` may not listen yet. */
async function carries(from: HistoryAdapter, to: HistoryAdapter): Promise<void> {
  // What was said on another channel before may still be on its way.
  const name = `channel ${++channels}`
  const sending = interval(5).subscribe((turn) => {
    from.channel('other').publish(`other ${turn}`)
    from.channel(name).publish({ turn })
  })
  try {
    const [first, second] = await firstValueFrom(to.channel(name).messages$.pipe(bufferCount(2), timeout(4_000)))
    same(Object.keys(first as object), ['turn'], 'what is heard on a channel')
    check(
      (second as { turn: number }).turn > (first as { turn: number }).turn,
      'messages in the order in which they were sent',
    )
  } finally {
    sending.unsubscribe()
  }
}
