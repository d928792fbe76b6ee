import { runSpecs } from './specs.mjs'
import { conclude } from './steps.mjs'

// What breaks real processes, real lines and real stores; and bugs that are planted, each of which the simulator has to find.
conclude(await runSpecs(1, 'troubled', 'planted', 'faults'))
