import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { arbitraryWish } from '../support/arbitrary-commands.ts'
import { treeLaw } from '../support/engine-laws.ts'

describe('A tree', () => {
  it('means what a plain replay means, takes back whatever was done, and never changes what it showed', () => {
    fc.assert(treeLaw(arbitraryWish), { numRuns: 3000 })
  })
})
