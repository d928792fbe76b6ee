import { run } from '../serve/run.mjs'
import { build, program } from './build.mjs'

await run(program, 'example:frameworks', build)
