import type { Batch } from '../../../contracts/history.ts'
import type { Context } from '../../../documents.ts'
import type { Command, CommandCompletion, Interceptor } from '../../../flushout.ts'
import { isSame } from './made.ts'
import { type AnyCommand, copy, type Json, nodeAt, play } from './replay.ts'

/** A flush as a client said it. */
export interface Said {
  readonly after: number
  readonly completions: readonly CommandCompletion[]
}

/** What is known of a command that a client's record has. */
export interface Judged {
  readonly isRejected: boolean
  readonly place: readonly string[] | undefined
  readonly became: readonly string[] | undefined
}

/** Who may do what, and what an interceptor says. */
export interface Law {
  readonly interceptor: Interceptor<object, Context> | undefined
  readonly mayWrite: boolean
  /** What a hook may answer for a whole flush. */
  readonly refusal: string | undefined
}

interface Move {
  readonly from: readonly string[]
  readonly to: readonly string[]
}

type Expected = { readonly code: string } | { readonly command: AnyCommand }

/**
 * Judges a batch a second time, command by command, on the document that it follows, which becomes the document behind
 * it. @returns what is wrong with it, if anything
 */
export function wrongIn(
  batch: Batch,
  said: Said,
  document: Json,
  law: Law,
  known: (seq: number) => Judged | undefined,
): string | undefined {
  const rejected = new Map(batch.outcome.rejected?.map((item) => [item.seq, item]))
  const isRefused = [...rejected.values()].some(({ reason }) => law.refusal !== undefined && reason === law.refusal)
  const moves: Move[] = []
  const refused: (readonly string[])[] = []
  const note = (place: readonly string[] | undefined, became: readonly string[] | undefined) => {
    if (!place) return
    if (!became) {
      refused.push(place)
      return
    }
    for (let i = refused.length - 1; i >= 0; i--) if (isSame(refused[i], place)) refused.splice(i, 1)
    const before = moves.findIndex(({ from }) => isSame(from, place))
    if (before >= 0) moves.splice(before, 1)
    if (place.at(-1) !== became.at(-1)) moves.push({ from: place, to: became })
  }

  let next = 0
  for (const [i, { command, createdId }] of said.completions.entries()) {
    const seq = said.after + 1 + i
    const { path = [] } = command
    const place = createdId === undefined ? undefined : [...path, createdId]
    if (seq <= batch.after) {
      const before = known(seq)
      if (before) note(place, before.isRejected ? undefined : before.became)
      continue
    }
    const move = moves.filter(({ from }) => leads(path, from)).sort((a, b) => b.from.length - a.from.length)[0]
    const followed = { ...command, path: move ? [...move.to, ...path.slice(move.from.length)] : path } as AnyCommand
    const expected: Expected = refused.some((one) => leads(path, one))
      ? { code: 'depends' }
      : !law.mayWrite || isRefused
        ? { code: law.mayWrite ? 'rejected' : 'forbidden' }
        : ask(law, document, followed)
    const is = rejected.get(seq)
    if (is) {
      const code = 'code' in expected ? expected.code : problemOf(document, expected.command, createdId)
      if (code !== is.code) return `${seq} was rejected (${is.code}: ${is.reason}), and should be ${code ?? 'taken'}.`
      note(place, undefined)
      continue
    }
    const completion = batch.completions[next++]
    if (!completion) return `${seq} is neither there nor rejected.`
    if ('code' in expected) return `${seq} was taken, and should be refused: ${expected.code}.`
    const difference = differs(expected.command, completion.command as AnyCommand)
    if (difference) return `${seq} should have ${difference}: ${JSON.stringify(completion)}`
    const parent = nodeAt(document, followed.path ?? [])
    const isFree = createdId !== undefined && !(parent && Object.hasOwn(parent, createdId))
    const wanted = expected.command.id ?? (isFree ? createdId : completion.createdId)
    if (command.action === 'create' && completion.createdId !== wanted)
      return `${seq} was made as ${completion.createdId}, and should be ${wanted}.`
    const problem = play(document, completion.command as AnyCommand, completion.createdId)
    if (problem) return `${seq} was taken and does not apply: ${problem}.`
    const { path: final = [] } = completion.command
    note(place, completion.createdId === undefined ? undefined : [...final, completion.createdId])
  }
  return next === batch.completions.length ? undefined : 'It holds more than was said.'
}

function ask({ interceptor }: Law, document: Json, command: AnyCommand): Expected {
  try {
    const wish = interceptor?.(document, command as Command, undefined)
    if (!wish) return { command }
    if ('rejection' in wish) return { code: 'rejected' }
    return { command: command.action === 'delete' ? command : { ...command, props: copy(wish.newProps) as object } }
  } catch {
    return { code: 'interceptor_failed' }
  }
}

/** Why a command does not apply here; then nothing is changed. */
function problemOf(document: Json, command: AnyCommand, createdId: string | undefined): string | undefined {
  const parent = nodeAt(document, command.path ?? [])
  const isTaken = command.id === undefined && createdId !== undefined && parent && Object.hasOwn(parent, createdId)
  return play(document, command, isTaken ? `${createdId}'` : createdId)
}

const fields = ['action', 'path', 'props', 'parentDefault', 'id', 'unset'] as const

function differs(expected: AnyCommand, is: AnyCommand): string | undefined {
  for (const field of fields) {
    const wanted = JSON.stringify(field === 'path' ? (expected.path ?? []) : expected[field])
    if (wanted !== JSON.stringify(field === 'path' ? (is.path ?? []) : is[field])) return `the ${field} ${wanted}`
  }
  return undefined
}

const leads = (path: readonly string[], place: readonly string[]): boolean =>
  path.length >= place.length && place.every((key, i) => key === path[i])
