import { clusterProgram } from '../serve/build.mjs'
import { run } from '../serve/run.mjs'

await run(clusterProgram, 'example:cluster')
