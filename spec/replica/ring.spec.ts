import { describe, expect, it } from '@jest/globals'
import { Ring } from '../../lib/replica/ring.ts'

describe('A ring', () => {
  it('tells in order, however deep somebody calls back in', () => {
    const ring = new Ring()
    const told: string[] = []
    ring.post(() => {
      told.push('a begins')
      ring.post(() => told.push('b'))
      ring.hold(() => ring.post(() => told.push('c')))
      told.push('a ends')
    })
    expect(told).toEqual(['a begins', 'a ends', 'b', 'c'])
  })

  it('tells after the outermost hold, also where that threw', () => {
    const ring = new Ring()
    const told: string[] = []
    const run = () =>
      ring.hold(() => {
        ring.hold(() => ring.post(() => told.push('inner')))
        expect([told, ring.isHeld]).toEqual([[], true])
        throw new Error('no')
      })
    expect(run).toThrow('no')
    expect([told, ring.isHeld]).toEqual([['inner'], false])
  })

  it('lets a first look happen at once, and what it causes wait', () => {
    const ring = new Ring()
    const told: string[] = []
    ring.hold(() => {
      ring.post(() => told.push('later'))
      ring.look(() => told.push('look'))
    })
    ring.look(() => {
      ring.post(() => told.push('caused'))
      told.push('look again')
    })
    expect(told).toEqual(['look', 'later', 'look again', 'caused'])
  })
})
