import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { arbitraryWish } from '../support/arbitrary-commands.ts'
import { replicaLaw, type Ways } from '../support/engine-laws.ts'

describe('A replica', () => {
  it('holds what a plain replay holds, whether others’ commands are applied on top of pending or underneath', () => {
    const ways: Ways = { onTop: 0, rebased: 0 }
    fc.assert(replicaLaw(arbitraryWish, ways), { numRuns: 1000 })
    expect(ways.onTop).toBeGreaterThan(200)
    expect(ways.rebased).toBeGreaterThan(200)
  })
})
