import type { Position } from '../contracts/history.ts'
import type { Entry } from '../contracts/storage.ts'
import type { KeptCommand } from '../document/actions/action.ts'
import { keepCommand } from '../document/actions/index.ts'
import { isObject } from '../document/json.ts'
import { Refusal } from '../document/refusal.ts'
import { type Completed, unknownAction } from '../document/replay.ts'
import { Pending } from '../replica/pending.ts'
import type { Kept, Notice } from './queue.ts'

/** Of what is written here. What a newer program wrote is left alone. */
export const version = 1

/** Says who sends a queue. Every write names the one that it follows, and fails where another has taken over. */
export interface Header {
  readonly version: number
  readonly token: string
  /** Up to when the holder is believed to live without being asked, in milliseconds since 1970. */
  readonly until: number
  /** How many commands wait in what is written. */
  readonly pending: number
  /** The last number that was given. */
  readonly seq: number
  readonly writes: number
}

/** Where everything of a queue is kept. */
export const queues = 'queue/'
export const headerKey = (client: string): string => `${queues}${client}`
export const dataOf = (client: string): string => `data/${client}/`
export const asideOf = (client: string): string => `aside/${client}/`
export const confirmedKey = (client: string): string => `${dataOf(client)}confirmed`
export const sentKey = (client: string): string => `${dataOf(client)}sent`
export const batchKey = (client: string, n: number): string => `${dataOf(client)}batch/${padded(n)}`
export const waitingKey = (client: string, n: number): string => `${dataOf(client)}waiting/${padded(n)}`
/** Outcomes belong to the document, whoever's they were. */
export const notices = 'notice/'

/** Texts in the order of the numbers. */
const digits = 12
const padded = (n: number): string => String(n).padStart(digits, '0')
/** The number after that of the last of these keys. */
export const numberAfter = (keys: readonly string[]): number => Number(keys.at(-1)?.slice(-digits) ?? -1) + 1

/** A header that can be read; `newer` where this program is too old for it. */
export function parseHeader(text: string): Header | 'newer' | undefined {
  const header = parsed(text)
  if (!isObject(header) || !Number.isSafeInteger(header.version)) return undefined
  if ((header.version as number) > version) return 'newer'
  const { token, until, pending, seq, writes } = header
  return typeof token === 'string' && [until, pending, seq, writes].every(Number.isFinite)
    ? (header as unknown as Header)
    : undefined
}

/** What is kept of a queue, and how it is written. */
export interface Found {
  readonly kept: Kept | undefined
  readonly batches: readonly string[]
  /** Chunks of commands that were never sent, and how many are in each. */
  readonly chunks: readonly { readonly key: string; readonly size: number }[]
}

/** Reads a queue in which so many commands wait. Throws where something of it is damaged. */
export function parseQueue(client: string, entries: readonly Entry[], waiting: number): Found {
  const texts = new Map(entries.map(({ key, value }) => [key, value]))
  const under = (key: (client: string, n: number) => string) =>
    entries.filter((entry) => entry.key.startsWith(key(client, 0).slice(0, -digits)))
  const confirmed = texts.get(confirmedKey(client))
  if (confirmed === undefined) {
    if (entries.length > 0 || waiting > 0) throw damaged('There is no document for what waits.')
    return { kept: undefined, batches: [], chunks: [] }
  }
  const { document, position } = confirmedOf(parsed(confirmed))
  const batches = under(batchKey).map(({ key, value }) => ({ key, ...batchOf(parsed(value)) }))
  const sentText = texts.get(sentKey(client))
  const sent = sentText === undefined ? undefined : sentOf(parsed(sentText))
  const chunks = under(waitingKey).map(({ key, value }) => ({ key, waiting: listOf(parsed(value)).map(waitingOf) }))
  const kept: Kept = {
    document,
    position: batches.at(-1)?.position ?? position,
    completions: follow(position, batches),
    pending: [...(sent?.commands ?? []), ...chunks.flatMap(({ waiting }) => waiting)],
    sentFrom: sent?.from,
  }
  if (kept.pending.length !== waiting) throw damaged('Commands that waited are missing.')
  const unknown = unknownAction(kept.completions)
  if (unknown !== undefined) throw damaged(unknown)
  return {
    kept,
    batches: batches.map(({ key }) => key),
    chunks: chunks.map(({ key, waiting }) => ({ key, size: waiting.length })),
  }
}

interface Batch {
  readonly completions: readonly Completed[]
  readonly position: Position
}

function follow(from: Position, batches: readonly Batch[]): Completed[] {
  const completions: Completed[] = []
  for (const batch of batches) {
    completions.push(...batch.completions)
    if (batch.position.count !== from.count + completions.length) throw damaged('Confirmed commands are missing.')
  }
  return completions
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

const damaged = (what: string): Error => new Error(what)

function objectOf(value: unknown): Record<string, unknown> {
  if (!isObject(value)) throw damaged('What should be an object is none.')
  return value
}

function listOf(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw damaged('What should be a list is none.')
  return value
}

function positionOf(value: unknown): Position {
  const { count, mark } = objectOf(value)
  if (!Number.isSafeInteger(count) || typeof mark !== 'string') throw damaged('A position is damaged.')
  return { count: count as number, mark }
}

function confirmedOf(value: unknown): { document: object; position: Position } {
  const { document, position } = objectOf(value)
  return { document: objectOf(document), position: positionOf(position) }
}

function batchOf(value: unknown): Batch {
  const { completions, position } = objectOf(value)
  return { completions: listOf(completions).map(completedOf), position: positionOf(position) }
}

/** Where a host has lost what they followed, they follow nothing until they are sent again. */
function sentOf(value: unknown): { from: Position | undefined; commands: readonly Pending[] } {
  const { from, commands } = objectOf(value)
  return { from: from === undefined ? undefined : positionOf(from), commands: listOf(commands).map(waitingOf) }
}

// What was applied once was within the limits of its host, which are not known here.
const anyBounds = { depth: 1_000, path: 1_000, key: 1_000_000 }

function completedOf(value: unknown): Completed {
  const { command, createdId } = objectOf(value)
  if (!isObject(command) || typeof command.action !== 'string') throw damaged('A command is damaged.')
  return { command: command as unknown as KeptCommand, ...idOf(createdId) }
}

function waitingOf(value: unknown): Pending {
  const { command, createdId, seq = 0 } = objectOf(value)
  const kept = keepCommand(command, anyBounds)
  if (kept instanceof Refusal) throw damaged(`A command that waits is damaged: ${kept.message}`)
  if (!Number.isSafeInteger(seq)) throw damaged('The number of a command is damaged.')
  const entry = new Pending(kept, idOf(createdId).createdId)
  entry.seq = seq as number
  return entry
}

function idOf(value: unknown): { createdId?: string } {
  if (value === undefined) return {}
  if (typeof value !== 'string') throw damaged('The id that a command made is damaged.')
  return { createdId: value }
}

/** The outcomes that can be read. */
export const parseNotices = (entries: readonly Entry[]): Notice[] =>
  entries.flatMap(({ key, value }) => {
    const outcome = parsed(value)
    if (!isObject(outcome)) return []
    const { type, command, code, reason, seq, client } = outcome
    const isOutcome = type === 'rejected' || type === 'dropped' || type === 'unknown'
    if (!isOutcome || !isObject(command) || !Number.isSafeInteger(seq)) return []
    if (![code, reason, client].every((text) => typeof text === 'string')) return []
    return [{ type, command, code, reason, seq, client, notice: key } as unknown as Notice]
  })
