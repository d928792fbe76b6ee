import { runSpecs } from './specs.mjs'
import { check, conclude, report, results } from './steps.mjs'

const lanes = 2

/** Runs scripts of package.json, two at a time. */
async function checks(...names) {
  const waiting = [...names]
  const lane = async () => {
    for (let name = waiting.shift(); name; name = waiting.shift()) await check(name)
  }
  await Promise.all(Array.from({ length: lanes }, lane))
}

// One after the other: they may install.
await checks('check:browser')
await checks('check:programs')
await checks('check:compilers')
await checks('build', 'check:types', 'check:style', 'check:promises', 'check:structure', 'check:unused', 'check:lock')

const isBuilt = results.every(({ name, isPassed }) => name !== 'build' || isPassed)
if (isBuilt) await checks('check:package', 'check:size')
else report({ name: 'check:package', isPassed: false, output: 'Nothing to check: the build failed.' })

const specs = await runSpecs(lanes, 'source', ...(isBuilt ? ['package', 'examples', 'bindings'] : []))
// By themselves: the first keeps all processors busy, and the others measure.
const worlds = await runSpecs(1, 'simulator', ...(isBuilt ? ['bench'] : []))
conclude({ passed: specs.passed + worlds.passed, failed: specs.failed + worlds.failed })
