import { runSpecs } from './specs.mjs'
import { conclude } from './steps.mjs'

// What breaks real processes, real lines and real stores.
conclude(await runSpecs(1, 'faults'))
