import { expect } from '@jest/globals'
import fc from 'fast-check'
import type { KeptCommand } from '../../lib/document/actions/action.ts'
import { actionOf, keepCommand } from '../../lib/document/actions/index.ts'
import { Refusal } from '../../lib/document/refusal.ts'
import { type Edit, Inverse, Tree } from '../../lib/document/tree.ts'
import type { Command, CommandCompletion } from '../../lib/flushout.ts'
import { defaultLimits } from '../../lib/protocol/limits.ts'
import type { Pending } from '../../lib/replica/pending.ts'
import { type Integrated, Replica } from '../../lib/replica/replica.ts'
import { Touched } from '../../lib/replica/touched.ts'
import { arbitraryDocument, arbitraryPath, type Turns, type Wish, walk } from './arbitrary-commands.ts'
import { freezeDeep } from './freeze.ts'
import { play } from './plain-replay.ts'
import { PlainReplica } from './plain-replica.ts'

/** A wish as the engine takes it; whoever changes it later throws. */
function kept(wish: Wish, document: object): KeptCommand {
  const command = keepCommand(wish(document), defaultLimits)
  if (command instanceof Refusal) throw new TypeError(`A wish must be a command: ${command.message}`)
  return freezeDeep(command)
}

/** Those of the entries that are taken back from now on. */
export function whatIsUndone(entries: readonly Pending[]): ReadonlySet<Pending> {
  const undone = new Set<Pending>()
  for (const entry of entries) {
    entry.forget = () => {
      undone.add(entry)
      Inverse.prototype.forget.call(entry)
    }
  }
  return undone
}

export const textOf = (tree: Tree): string => JSON.stringify(tree.at([]))

/** One step at a tree: a command, a look at some place, or taking back the newest commands. */
type Step = { readonly wish: Wish } | { readonly look: Turns } | { readonly undo: number }

const arbitrarySteps = (wish: fc.Arbitrary<Wish>): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.oneof(
      { weight: 6, arbitrary: fc.record({ wish }) },
      { weight: 2, arbitrary: fc.record({ look: arbitraryPath }) },
      { weight: 1, arbitrary: fc.record({ undo: fc.integer({ min: 1, max: 6 }) }) },
    ),
    { minLength: 1, maxLength: 24 },
  )

/**
 * Law: whatever is applied means what it says; taken back, newest first, it leaves an equal tree with its keys in
 * order; and what anybody was shown on the way never changes. Nobody may write to what is frozen here.
 */
export const treeLaw = (wish: fc.Arbitrary<Wish>) =>
  fc.property(arbitraryDocument, arbitrarySteps(wish), (document, steps) => {
    const tree = new Tree(freezeDeep(document))
    const done: { before: string; edits: Edit | undefined }[] = []
    const shown: { value: unknown; text: string }[] = []
    const undo = (count: number) => {
      const undone = done.splice(Math.max(0, done.length - count))
      for (const { edits } of [...undone].reverse()) tree.undo(edits)
      tree.restoreOrder()
      if (undone[0]) expect(textOf(tree)).toBe(undone[0].before)
    }
    steps.forEach((step, i) => {
      if ('wish' in step) {
        const before = textOf(tree)
        const completion = { command: kept(step.wish, tree.at([]) as object), createdId: `n${i}` }
        const inverse = new Inverse()
        const names = () => completion.createdId
        const refusal = actionOf(completion.command)?.apply(tree, completion.command, names, inverse)
        const plain = JSON.parse(before) as object
        expect(!refusal).toBe(play(plain, completion as unknown as CommandCompletion))
        expect(textOf(tree)).toBe(JSON.stringify(plain))
        if (!refusal) done.push({ before, edits: inverse.edits })
      } else if ('look' in step) {
        const value = freezeDeep(tree.expose(walk(tree.at([]) as object, step.look).path))
        shown.push({ value, text: JSON.stringify(value) })
      } else {
        undo(step.undo)
      }
    })
    undo(done.length)
    for (const { value, text } of shown) expect(JSON.stringify(value)).toBe(text)
  })

/** Ids that count up, so that two ends give the same one all the time. */
export const countingIds = (attempt: number, commandCount: number): string => String(commandCount + 1 + attempt)

type Move =
  | { readonly wish: Wish }
  | { readonly look: Turns }
  /** So many of the first pending are numbered: they were sent. */
  | { readonly send: number }
  /** Others' commands came first; of the first pending some are answered: each taken or refused. */
  | { readonly theirs: readonly Wish[]; readonly answers: readonly boolean[] }
  /** All of the document comes instead, with others' commands in it; so many pending leave. */
  | { readonly latest: readonly Wish[]; readonly leave: number }
  /** So many of the first pending became history as they are. */
  | { readonly confirm: number }

const arbitraryMoves = (wish: fc.Arbitrary<Wish>): fc.Arbitrary<Move[]> => {
  const wishes = fc.array(wish, { minLength: 1, maxLength: 3 })
  const answers = fc.array(fc.boolean(), { maxLength: 3 })
  return fc.array(
    fc.oneof(
      { weight: 8, arbitrary: fc.record({ wish }) },
      { weight: 1, arbitrary: fc.record({ look: arbitraryPath }) },
      { weight: 1, arbitrary: fc.record({ send: fc.integer({ min: 1, max: 3 }) }) },
      { weight: 4, arbitrary: fc.record({ theirs: wishes, answers: fc.constant([]) }) },
      { weight: 2, arbitrary: fc.record({ theirs: fc.array(wish, { maxLength: 3 }), answers }) },
      { weight: 1, arbitrary: fc.record({ latest: wishes, leave: fc.nat(2) }) },
      { weight: 1, arbitrary: fc.record({ confirm: fc.nat(3) }) },
    ),
    { minLength: 2, maxLength: 20 },
  )
}

/** Which way the integrates of a law went. */
export interface Ways {
  onTop: number
  rebased: number
}

/** Runs `fn` with every shortcut closed. */
function withoutShortcut<R>(fn: () => R): R {
  const { conflicts } = Touched.prototype
  Touched.prototype.conflicts = () => true
  try {
    return fn()
  } finally {
    Touched.prototype.conflicts = conflicts
  }
}

const pendingOf = ({ pending }: Replica) =>
  pending.map(({ command, createdId, seq, aside }) => ({ command, createdId, seq, aside }))

/**
 * Law: a replica holds what a plain replay holds, keys in order, with the same pending; it makes no difference whether
 * commands that came first are applied on top or underneath; and what was shown never changes.
 */
export const replicaLaw = (wish: fc.Arbitrary<Wish>, ways: Ways = { onTop: 0, rebased: 0 }) =>
  fc.property(arbitraryDocument, arbitraryMoves(wish), (document, moves) => {
    freezeDeep(document)
    const replicas = [false, true].map((isForced) => {
      const replica = new Replica({ commandCount: 0, document }, countingIds)
      return { replica, run: <R>(fn: () => R): R => (isForced ? withoutShortcut(fn) : fn()) }
    })
    const plain = new PlainReplica(document, countingIds)
    const shown: { value: unknown; text: string }[] = []
    const each = (fn: (replica: Replica) => void) => {
      for (const { replica, run } of replicas) run(() => fn(replica))
    }

    let sent = 0
    for (const move of moves) {
      if ('wish' in move) {
        const command = kept(move.wish, plain.document)
        const isDone = plain.apply(command as Command)
        each((replica) => expect(!(replica.apply(command) instanceof Refusal)).toBe(isDone))
      } else if ('look' in move) {
        const { path } = walk(plain.document, move.look)
        each((replica) => {
          const value = freezeDeep(replica.tree.expose(path))
          shown.push({ value, text: JSON.stringify(value) })
        })
      } else if ('send' in move) {
        plain.pending.slice(0, move.send).forEach((entry, i) => {
          if (entry.seq > 0) return
          entry.seq = ++sent
          each(({ pending }) => {
            ;(pending[i] as Pending).seq = sent
          })
        })
      } else if ('confirm' in move) {
        const aside = plain.pending.findIndex((entry) => entry.aside)
        const first = plain.pending.slice(0, aside < 0 ? move.confirm : Math.min(move.confirm, aside))
        plain.integrate({ completions: first.map(completionOf), leave: first.length })
        each((replica) => replica.confirm(first.length))
      } else {
        const history = historyOf(plain, 'latest' in move ? move.latest : move.theirs)
        if ('latest' in move) {
          const leave = Math.min(move.leave, plain.pending.length)
          const snapshot = {
            commandCount: plain.confirmedCount + history.completions.length,
            document: freezeDeep(history.document),
          }
          const change = { snapshot, completions: [], leave }
          const expected = plain.integrate(change)
          each((replica) => expectIntegrated(replica.integrate(change), expected))
        } else {
          const own = plain.pending.slice(0, move.answers.length)
          const taken = own.filter((_, i) => move.answers[i]).map(completionOf)
          const refused = own.filter((entry, i) => !move.answers[i] && entry.createdId !== undefined).map(placeOf)
          const change = { completions: freezeDeep([...history.completions, ...taken]) as never[], leave: own.length }
          const expected = plain.integrate(change, refused)
          each((replica) => {
            const edited = replica.pending.filter(({ edits }) => edits)
            const undone = whatIsUndone(edited)
            expectIntegrated(replica.integrate({ ...change, refused }), expected)
            if (own.length > 0 || edited.length === 0) return
            if (undone.size === 0) ways.onTop++
            else ways.rebased++
          })
        }
      }
      each((replica) => {
        expect(textOf(replica.tree)).toBe(JSON.stringify(plain.document))
        expect(pendingOf(replica)).toEqual(plain.pending)
        expect(replica.commandCount).toBe(plain.commandCount)
      })
    }
    each((replica) => {
      expect(JSON.stringify(replica.exposeConfirmed())).toBe(JSON.stringify(plain.confirmed))
      expect(textOf(replica.tree)).toBe(JSON.stringify(plain.document))
      replica.retract(0)
      expect(textOf(replica.tree)).toBe(JSON.stringify(plain.confirmed))
      expect(replica.commandCount).toBe(plain.confirmedCount)
    })
    for (const { value, text } of shown) expect(JSON.stringify(value)).toBe(text)
  })

const completionOf = ({ command, createdId }: { command: Command; createdId?: string }): CommandCompletion =>
  freezeDeep({ command, ...(createdId !== undefined && { createdId }) })

const placeOf = ({ command, createdId }: CommandCompletion): string[] => [...(command.path ?? []), createdId as string]

/** What others did at the Master since: every third of their commands may be one that changed nothing. */
function historyOf(
  plain: PlainReplica,
  wishes: readonly Wish[],
): { completions: CommandCompletion[]; document: object } {
  const document = JSON.parse(JSON.stringify(plain.confirmed)) as object
  const completions = wishes.map((wish, i) => {
    const command = kept(wish, document) as Command
    const createdId = command.action === 'create' ? (command.id ?? countingIds(0, plain.confirmedCount + i)) : undefined
    const completion = completionOf({ command, ...(createdId !== undefined && { createdId }) })
    play(document, completion)
    return completion
  })
  return { completions, document }
}

const expectIntegrated = (
  { dropped, renamed }: Integrated,
  expected: { dropped: readonly Command[]; renamed: readonly { place: readonly string[]; id: string }[] },
) => {
  expect(dropped.map(({ entry }) => entry.command)).toEqual(expected.dropped)
  expect(renamed).toEqual(expected.renamed)
}
