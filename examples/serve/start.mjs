import { program } from './build.mjs'
import { run } from './run.mjs'

await run(program, 'start')
