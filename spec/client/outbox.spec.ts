import { describe, expect, it } from '@jest/globals'
import { Outbox } from '../../lib/client/outbox.ts'
import { Pending } from '../../lib/replica/pending.ts'

const pending = (title: string) => new Pending({ action: 'update', props: { title } } as never)
const position = { count: 0, mark: '=' }

describe('What waits to be sent', () => {
  it('is sent again alone: what was made meanwhile goes with the next flush', () => {
    const outbox = new Outbox()
    const waiting = [pending('tea')]
    outbox.wants = true
    const first = outbox.next(waiting, position)
    outbox.shut()
    waiting.push(pending('milk'))
    outbox.wants = true
    outbox.open(0)

    expect(outbox.next(waiting, position)).toEqual(first)
    outbox.answered(1)
    expect(outbox.next(waiting.slice(1), position)).toMatchObject({ after: 1, completions: [{}] })
  })
})
