import type { Change, Entry } from '../contracts/storage.ts'
import { hasCode, messageOf } from '../errors.ts'
import {
  asideOf,
  dataOf,
  type Found,
  type Header,
  headerKey,
  notices,
  parseHeader,
  parseQueue,
  queues,
  version,
} from './kept.ts'
import { nameOf } from './names.ts'
import type { Kept, Trouble } from './queue.ts'
import type { Place, Taken } from './stored-queue.ts'

/** A queue that there is. */
export interface Known {
  readonly client: string
  readonly header: Header
  readonly text: string
}

/** What there is of a document: the queues, those with most to lose first, and outcomes that nobody dismissed. */
export interface Documented {
  readonly queues: readonly Known[]
  readonly notices: readonly Entry[]
}

/** A queue in the hands of this process. */
export type Claim = Pick<Taken, 'client' | 'token' | 'header' | 'seq' | 'writes' | 'release' | 'found'>

/** Looks for what is kept of a document. What cannot be read is told, and put aside. */
export async function survey(place: Place, troubled: (trouble: Trouble) => void): Promise<Documented> {
  const known: Known[] = []
  for (const { key, value } of await readTwice(place, queues, troubled)) {
    const client = key.slice(queues.length)
    const header = parseHeader(value)
    if (header === 'newer') {
      troubled({
        code: 'unsupported_version',
        reason: `A newer program keeps '${place.document}' here: this one begins beside it. Load the page again.`,
      })
    } else if (header) known.push({ client, header, text: value })
    else await putAside(place, client, value, 'Who sends it cannot be read.', troubled)
  }
  known.sort((a, b) => Number(b.header.pending > 0) - Number(a.header.pending > 0) || b.header.until - a.header.until)
  return { queues: known, notices: await readTwice(place, notices, troubled) }
}

/** Takes a queue, if nobody has it or who has it sleeps. */
export async function claim(
  place: Place,
  { client, header, text }: Known,
  troubled: (trouble: Trouble) => void,
): Promise<Claim | undefined> {
  const { storage, document, environment, lease } = place
  const release = await storage.hold(nameOf(document, client))
  const isAsleep = header.pending > 0 && header.until < environment.now()
  if (!release && !isAsleep) return undefined
  const token = environment.id()
  const writes = header.writes + 1
  const taken = JSON.stringify({ ...header, version, token, until: environment.now() + lease, writes })
  const key = headerKey(client)
  try {
    if (await storage.write(document, [{ key, value: text }], [{ key, value: taken }])) {
      const found = await findings(place, client, header, taken, troubled)
      if (found) return { client, token, header: taken, seq: header.seq, writes, release, found }
    }
  } catch (error) {
    troubled(troubleOf(error))
  }
  release?.()
  return undefined
}

/** A new queue; nothing is written before there is something to keep. */
export async function begin(place: Place, shown: Kept | undefined): Promise<Claim> {
  const { id } = place.environment
  const client = id()
  const release = await place.storage.hold(nameOf(place.document, client)).catch(() => undefined)
  const found = shown && { kept: shown, batches: [], chunks: [] }
  return { client, token: id(), header: undefined, seq: 0, writes: 0, release, found }
}

/** The document as another queue has it confirmed, to begin with where there is no network. */
export async function glimpse(place: Place, known: readonly Known[]): Promise<Kept | undefined> {
  for (const { client, header } of known) {
    try {
      const { kept } = parseQueue(client, await place.storage.read(place.document, dataOf(client)), header.pending)
      if (kept) return { ...kept, pending: [], sentFrom: undefined }
    } catch {
      // Whoever takes it finds out.
    }
  }
  return undefined
}

/** Deletes queues in which nothing waits and that nobody has. */
export async function tidy(place: Place, known: readonly Known[]): Promise<void> {
  const { storage, document } = place
  for (const { client, header, text } of known) {
    const release = header.pending === 0 ? await storage.hold(nameOf(document, client)) : undefined
    if (!release) continue
    const data = await storage.read(document, dataOf(client))
    const key = headerKey(client)
    const gone = [key, ...data.map((entry) => entry.key)].map((key) => ({ key, value: undefined }))
    await storage.write(document, [{ key, value: text }], gone).finally(release)
  }
}

export const troubleOf = (error: unknown): Trouble => ({
  code: hasCode(error) ? error.code : 'storage_failed',
  reason: messageOf(error),
})

async function findings(
  place: Place,
  client: string,
  { pending }: Header,
  header: string,
  troubled: (trouble: Trouble) => void,
): Promise<Found | undefined> {
  const entries = await place.storage.read(place.document, dataOf(client))
  try {
    return parseQueue(client, entries, pending)
  } catch (error) {
    await putAside(place, client, header, messageOf(error), troubled)
    return undefined
  }
}

/** Nothing of it is used, and nothing of it is lost. */
async function putAside(
  { storage, document, environment }: Place,
  client: string,
  header: string,
  reason: string,
  troubled: (trouble: Trouble) => void,
): Promise<void> {
  const data = await storage.read(document, dataOf(client))
  const under = `${asideOf(client)}${environment.now()}/`
  const key = headerKey(client)
  const moved = [{ key, value: header }, ...data].flatMap(({ key, value }): Change[] => [
    { key, value: undefined },
    { key: under + key, value },
  ])
  await storage.write(document, [{ key, value: header }], moved)
  troubled({ code: 'storage_damaged', reason: `What was kept of '${document}' is damaged, and put aside. ${reason}` })
}

/** A storage that found damage has put it aside, and gives the rest when it is asked again. */
async function readTwice(
  { storage, document }: Place,
  prefix: string,
  troubled: (trouble: Trouble) => void,
): Promise<readonly Entry[]> {
  try {
    return await storage.read(document, prefix)
  } catch (error) {
    troubled(troubleOf(error))
    return hasCode(error, 'storage_damaged') ? storage.read(document, prefix) : []
  }
}
