import { appendFileSync } from 'node:fs'
import { runSpecs } from './specs.mjs'
import { check, report, results } from './steps.mjs'

const lanes = 2

/** Runs scripts of package.json, two at a time. */
async function checks(...names) {
  const waiting = [...names]
  const lane = async () => {
    for (let name = waiting.shift(); name; name = waiting.shift()) await check(name)
  }
  await Promise.all(Array.from({ length: lanes }, lane))
}

await checks('check:browser')
await checks('build', 'check:types', 'check:style', 'check:promises', 'check:structure', 'check:unused', 'check:lock')

const isBuilt = results.every(({ name, isPassed }) => name !== 'build' || isPassed)
if (isBuilt) await checks('check:package', 'check:size')
else report({ name: 'check:package', isPassed: false, output: 'Nothing to check: the build failed.' })

const specs = await runSpecs(isBuilt ? [] : ['--selectProjects', 'source'])

const failures = results.filter(({ isPassed }) => !isPassed)
const passed = specs.passed + results.length - failures.length
const failed = specs.failed + failures.length

if (process.env.RESULTS) appendFileSync(process.env.RESULTS, `${passed} ${failed}\n`)
if (failures.length > 0) console.log(`\nFailed: ${failures.map(({ name }) => name).join(', ')}`)
console.log(`\n${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 && specs.passed > 0 ? 0 : 1
