import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from '@jest/globals'
import { apiReference, page } from './api.mjs'

describe('the API reference', () => {
  let made: ReturnType<typeof apiReference>

  beforeAll(() => {
    made = apiReference()
  }, 60_000)

  it('is up to date', () => {
    if (readFileSync(page, 'utf8') !== made.text) throw new Error(`${page} is out of date: npm run docs`)
  })

  it('finds a docstring on every public name', () => {
    expect(made.undocumented).toEqual([])
  })
})
