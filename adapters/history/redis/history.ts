import type {
  AppendResult,
  Batch,
  ClientRecord,
  History,
  Position,
  Retention,
  Verdict,
} from '../../../lib/contracts/history.ts'
import type { Lifetime } from '../lifetime.ts'
import { clientKey, endOfAll, retentionOf } from '../rules.ts'
import appendText from './append.lua'
import { damageIn } from './damage.ts'
import type { Grown } from './grown.ts'
import { keysOf } from './keys.ts'
import { type Line, type Script, script } from './line.ts'
import loadText from './load.lua'
import { reading } from './reading.ts'
import recordText from './record.lua'
import saveText from './save.lua'
import type { Settling } from './settling.ts'
import { argumentsOf, recordIn, spotIn } from './texts.ts'

const appendScript = script(appendText)
const loadScript = script(loadText)
const recordScript = script(recordText)
const saveScript = script(saveText)

const noticeCharacters = 65_536
const mostForgotten = 1_000
/** Milliseconds that a snapshot may take before another host tries. */
const savingTime = 10_000

/** What the histories of one adapter share. */
export interface Shelf {
  readonly line: Line
  readonly grown: Grown
  readonly settling: Settling
  readonly life: Lifetime
  readonly prefix: string
  /** The command that publishes. */
  readonly publish: string
  readonly retention: Partial<Retention> | undefined
}

/** The history of one document in Redis. */
export function redisLog(id: string, { line, grown, settling, life, prefix, publish, retention }: Shelf): History {
  const keys = keysOf(prefix, id)
  /** What is being appended, by its text: it may be heard of before that is answered, and need not be read. */
  const own = new Map<string, Batch>()
  const { history, batches, records, clients, snapshot, saving } = keys
  const run = (asked: Script, names: readonly string[], args: readonly (string | number)[]) =>
    line.run(asked, names, args).catch((error: unknown) => {
      throw damageIn(error, id, keys) ?? error
    })

  async function load(): ReturnType<History['load']> {
    const [place, text] = (await run(loadScript, [history, snapshot], [])) as string[]
    if (place === undefined || text === undefined) return undefined
    const position = positionIn(place)
    return { snapshot: { commandCount: position.count, document: JSON.parse(text) as object }, position }
  }

  async function append(position: Position, appended: readonly Batch[], initial?: object): Promise<AppendResult> {
    endOfAll(position, appended)
    const texts = appended.map((batch) => JSON.stringify(batch))
    const args = [
      position.count,
      position.mark,
      initial ? JSON.stringify(initial) : '',
      settling.isAtOnce ? keys.channel : '',
      noticeCharacters,
      publish,
      ...appended.flatMap((batch, i) => argumentsOf(batch, texts[i] as string)),
    ]
    appended.forEach((batch, i) => void own.set(texts[i] as string, batch))
    try {
      const answer = (await run(appendScript, [history, batches, records, clients, snapshot], args)) as string[]
      if (!settling.isAtOnce) await settling.settle(keys)
      const result = resultIn(answer)
      if (result.type === 'appended') grown.tell(keys, { number: Number(answer[1]), texts })
      return result
    } finally {
      for (const text of texts) own.delete(text)
    }
  }

  async function record(client: string, by: string): ReturnType<History['record']> {
    const answer = (await run(recordScript, [history, records], [clientKey(client, by)])) as string[]
    const [head, durable, text = ''] = answer
    if (head === undefined) return { record: undefined, head: undefined }
    if (head !== durable) await settling.settle(keys)
    return { record: recordIn(text), head: positionIn(head) }
  }

  async function save(
    { count, mark }: Position,
    document: object,
    { commands, records: clientCommands }: Retention,
  ): ReturnType<History['save']> {
    // One host at a time, as what it sends is large.
    if ((await line.ask('set', saving, '', 'px', savingTime, 'nx')) === null) return 'older'
    const args = [count, mark, JSON.stringify(document), commands, clientCommands, mostForgotten]
    const answer = await run(saveScript, [history, batches, records, clients, snapshot, saving], args)
    return answer as Awaited<ReturnType<History['save']>>
  }

  return {
    load: () => life.run(load),
    append: (position, appended, initial) => life.run(() => append(position, appended, initial)),
    record: (client, by) => life.run(() => record(client, by)),
    save: (position, document, wanted) => life.run(() => save(position, document, retentionOf(retention, wanted))),
    read: (position) => life.hold(reading(run, keys, id, position, grown.of(keys), own)),
  }
}

function positionIn(place: string): Position {
  const { count, mark } = spotIn(place)
  return { count, mark }
}

function resultIn([type, ...rest]: readonly string[]): AppendResult {
  if (type === 'appended') return { type }
  if (type === 'not_at_head') {
    const [count, mark] = rest
    return { type, head: mark === undefined ? undefined : { count: Number(count), mark } }
  }
  const verdicts: { verdict: Verdict; record: ClientRecord | undefined }[] = []
  for (let i = 0; i < rest.length; i += 2)
    verdicts.push({ verdict: rest[i] as Verdict, record: recordIn(rest[i + 1] as string) })
  return { type: 'refused', verdicts }
}
