import { describe, expect, it } from '@jest/globals'
import { regressions } from './measured.mjs'

const file = 'lib/local-document.ts'
const applied = '    return new Done(entry, this.keptOf)'

describe('Millrace costs at most twice of what was recorded, in ratios of one run', () => {
  it('as it is built', async () => {
    expect(await regressions({})).toEqual([])
  }, 180_000)
})

describe('It is noticed when a command', () => {
  const once = ['--tries', '1']

  it('copies a whole record', async () => {
    const copy = 'Object.assign(this, { copied: { ...(this.replica.tree.at(["todos"]) as object) } })'
    const found = await regressions({
      edits: [[file, applied, `    ${copy}\n${applied}`]],
      args: [...once, 'flush-cycle'],
    })
    expect(found).toEqual([expect.stringMatching(/^flush-cycle: .* costs \d+\.\d times what it did$/)])
  }, 180_000)

  it('makes a promise', async () => {
    const found = await regressions({
      edits: [[file, applied, `    void entry.settled\n${applied}`]],
      args: [...once, 'apply'],
    })
    expect(found).toContainEqual('apply: 1,000 todos makes 1 promises a command, where it made 0')
  }, 180_000)
})
