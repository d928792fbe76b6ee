import { build } from '../../examples/serve/build.mjs'

/** Builds what is older than its sources, once for all specs. */
export default function setup() {
  build()
}
