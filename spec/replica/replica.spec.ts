import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { Refusal } from '../../lib/document/refusal.ts'
import type { Command, CommandCompletion } from '../../lib/flushout.ts'
import type { Pending } from '../../lib/replica/pending.ts'
import { Replica } from '../../lib/replica/replica.ts'
import { arbitraryWish } from '../support/arbitrary-commands.ts'
import { countingIds, replicaLaw, textOf, type Ways, whatIsUndone } from '../support/engine-laws.ts'

const open = (document: object): Replica => new Replica({ commandCount: 0, document }, countingIds)

function apply(replica: Replica, command: Command, seq = 0): Pending {
  const entry = replica.apply(command)
  if (entry instanceof Refusal) throw new Error(entry.message)
  entry.seq = seq
  return entry
}

const theirs = (...completions: CommandCompletion[]) => ({ completions, leave: 0 })
const confirmedText = (replica: Replica): string => JSON.stringify(replica.exposeConfirmed())

describe('A replica', () => {
  it('holds what a plain replay holds, whether others’ commands are applied on top of pending or underneath', () => {
    const ways: Ways = { onTop: 0, rebased: 0 }
    fc.assert(replicaLaw(arbitraryWish, ways), { numRuns: 1000 })
    expect(ways.onTop).toBeGreaterThan(200)
    expect(ways.rebased).toBeGreaterThan(200)
  })

  it('computes nothing again where others changed something else', () => {
    const replica = open({ a: { n: 0 }, b: { n: 0 } })
    const entry = apply(replica, { action: 'update', path: ['a'], props: { n: 1 } })
    const undone = whatIsUndone([entry])
    replica.integrate(theirs({ command: { action: 'update', path: ['b'], props: { n: 2 } } }))
    expect(undone.size).toBe(0)
    expect(textOf(replica.tree)).toBe('{"a":{"n":1},"b":{"n":2}}')
    expect(confirmedText(replica)).toBe('{"a":{"n":0},"b":{"n":2}}')
  })

  it('does not bring back a key that both sides took away', () => {
    const replica = open({ a: { x: 1, y: 0 } })
    apply(replica, { action: 'update', path: ['a'], unset: ['x'] })
    replica.integrate(theirs({ command: { action: 'update', path: ['a'], props: { y: 1 }, unset: ['x'] } }))
    replica.retract(0)
    expect(textOf(replica.tree)).toBe('{"a":{"y":1}}')
  })

  it('takes away again what others set first, though it was not there before', () => {
    const replica = open({ a: { y: 0 } })
    apply(replica, { action: 'update', path: ['a'], unset: ['x'] })
    replica.integrate(theirs({ command: { action: 'update', path: ['a'], props: { x: 1 } } }))
    expect(textOf(replica.tree)).toBe('{"a":{"y":0}}')
    expect(confirmedText(replica)).toBe('{"a":{"y":0,"x":1}}')
  })

  it('sets a command that was sent aside while it does not apply, and drops one that never was', () => {
    const replica = open({ a: {} })
    const sent = apply(replica, { action: 'update', path: ['a'], props: { n: 1 } }, 1)
    const unsent = apply(replica, { action: 'update', path: ['a'], props: { n: 2 } })
    const { dropped } = replica.integrate(theirs({ command: { action: 'delete', path: ['a'] } }))
    expect(dropped.map(({ entry }) => entry)).toEqual([unsent])
    expect([replica.pending, replica.commandCount, sent.aside]).toEqual([[sent], 1, true])
    replica.integrate(theirs({ command: { action: 'create', id: 'a' } }))
    expect(textOf(replica.tree)).toBe('{"a":{"n":1}}')
    expect([replica.commandCount, sent.aside]).toEqual([3, false])
  })

  it('forgets what would undo a command when a whole document comes in between', () => {
    const replica = open({ a: { n: 0 } })
    apply(replica, { action: 'update', path: ['a'], props: { n: 1 } }, 1)
    replica.integrate({ snapshot: { commandCount: 5, document: {} }, completions: [], leave: 0 })
    replica.integrate(theirs({ command: { action: 'update', props: { b: 1 } } }))
    expect(textOf(replica.tree)).toBe('{"b":1}')
    replica.retract(0)
    expect([textOf(replica.tree), replica.commandCount]).toEqual(['{"b":1}', 6])
  })

  it('shows what is confirmed without touching what waits', () => {
    const replica = open({})
    const aside = apply(replica, { action: 'create', id: 'c' }, 1)
    replica.integrate(theirs({ command: { action: 'create', id: 'c', props: { by: 'other' } }, createdId: 'c' }))
    const later = apply(replica, { action: 'update', path: ['c'], props: { seen: true } })
    expect(confirmedText(replica)).toBe('{"c":{"by":"other"}}')
    expect(textOf(replica.tree)).toBe('{"c":{"by":"other","seen":true}}')
    expect(replica.pending).toEqual([aside, later])
  })

  it('puts keys back where they stood in a record that is deleted again at once', () => {
    const replica = open({ a: { x: 1, y: 2 } })
    apply(replica, { action: 'delete', path: ['a', 'x'] }, 1)
    apply(replica, { action: 'delete', path: ['a'] })
    replica.integrate({ completions: [], leave: 1 })
    expect(confirmedText(replica)).toBe('{"a":{"x":1,"y":2}}')
  })

  it('lets a create be renamed to an id that a later create wants', () => {
    const replica = open({})
    for (const n of [1, 2, 3]) apply(replica, { action: 'create', props: { n } })
    for (const id of ['1', '2', '3']) apply(replica, { action: 'update', path: [id], props: { was: id } })
    const { renamed } = replica.integrate(
      theirs({ command: { action: 'create', props: { by: 'other' } }, createdId: '1' }),
    )
    expect(renamed.map(({ place }) => place)).toEqual([['1'], ['3']])
    expect(Object.values(replica.tree.at([]) as object)).toEqual(
      expect.arrayContaining([{ by: 'other' }, { n: 1, was: '1' }, { n: 2, was: '2' }, { n: 3, was: '3' }]),
    )
  })

  it('stops before it changes anything where a history holds an unknown action', () => {
    const replica = open({ a: 1 })
    apply(replica, { action: 'update', props: { b: 1 } })
    const before = replica.tree.expose([])
    const change = theirs({ command: { action: 'delete', path: ['a'] } }, { command: { action: 'merge' } as never })
    expect(() => replica.integrate(change)).toThrow(expect.objectContaining({ code: 'unsupported' }))
    expect(replica.tree.at([])).toBe(before)
    expect(replica.confirmedCount).toBe(0)
  })
})
