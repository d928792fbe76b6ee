import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { lesser, middle, type Ratios, ratiosNow, regressions } from './support/regression.ts'

// Says what costs more than it did, in ratios of one run. Who disturbs a run seldom disturbs several.

const path = 'bench/recorded.json'
const { values: asked, positionals: names } = parseArgs({
  allowPositionals: true,
  options: { record: { type: 'boolean', default: false }, tries: { type: 'string', default: '3' } },
})

async function check(): Promise<readonly string[]> {
  const recorded = JSON.parse(readFileSync(path, 'utf8')) as Ratios
  let ratios = await ratiosNow(names)
  for (let tries = 1; tries < Number(asked.tries) && regressions(ratios, recorded).length > 0; tries++)
    ratios = lesser(ratios, await ratiosNow(names))
  return regressions(ratios, recorded)
}

if (asked.record) {
  const runs = [await ratiosNow(), await ratiosNow(), await ratiosNow()]
  writeFileSync(path, `${JSON.stringify(middle(runs), null, 2)}\n`)
} else {
  const found = await check()
  for (const one of found) console.log(one)
  process.exitCode = found.length === 0 ? 0 : 1
}
