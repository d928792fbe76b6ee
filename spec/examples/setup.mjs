import { build as buildFrameworks } from '../../examples/frameworks/build.mjs'
import { build } from '../../examples/serve/build.mjs'

/** Builds what is older than its sources, once for all specs. Tells what has to be installed. */
export default function setup() {
  build()
  buildFrameworks(console.log)
}
