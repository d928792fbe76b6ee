import { concat, interval, NEVER, of } from 'rxjs'
import type { Bench, Call } from './bench.ts'
import type { TransportLaw } from './law.ts'
import { asked, numbers, told } from './messages.ts'
import type { ScriptedSession } from './scripted-source.ts'

export const freesEverything: TransportLaw = {
  name: 'leaves nothing behind: no handle, no timer, no listener',
  async run(bench) {
    let before: readonly string[] = []
    await look(bench, 'a first look', (held) => {
      before = held
      return true
    })
    for (const round of numbers(1, endings.length)) {
      const call = bench.call(concat(of(asked(round)), NEVER))
      const session = await bench.session(round - 1)
      session.say(told(round))
      await bench.until('the client hears', call, () => call.heard.length > 0)
      endings[round - 1]?.(session, call)
    }
    let more: readonly string[] = []
    const back = look(bench, 'no more is held than before', (held) => {
      more = less(held, before)
      return more.length === 0
    })
    await back.catch((error: Error) => {
      throw new Error(`${error.message}, beyond that: ${more.join(', ')}`)
    })
  },
}

const endings: readonly ((session: ScriptedSession, call: Call) => void)[] = [
  (session) => session.end(),
  (session) => session.fail(new Error('planned')),
  (_session, call) => call.hangUp(),
]

/** Looks from a timer of its own each time, for timers are among what is held. */
function look(bench: Bench, expected: string, isRight: (held: readonly string[]) => boolean): Promise<void> {
  let ticks = -1
  return bench.until(expected, { change$: interval(10) }, () => {
    ticks += 1
    return ticks > 0 && isRight(bench.fixture.held?.() ?? [])
  })
}

/** What is left when each of `taken` is taken away once. */
function less(held: readonly string[], taken: readonly string[]): readonly string[] {
  const left = [...held]
  for (const one of taken) {
    const index = left.indexOf(one)
    if (index >= 0) left.splice(index, 1)
  }
  return left
}
