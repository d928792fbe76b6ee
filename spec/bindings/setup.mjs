import { installCompilers } from '../../examples/frameworks/build.mjs'
import { buildPackage, isOlder, vite } from '../../examples/serve/build.mjs'

const sources = [
  'dist',
  'docs/frameworks',
  'spec/bindings/pages',
  'spec/bindings/pages.vite.ts',
  'examples/frameworks/compilers',
]

/** Builds what is older than its sources, once for all specs. Tells what has to be installed. */
export default function setup() {
  buildPackage()
  installCompilers(console.log)
  if (isOlder('spec/bindings/dist/pages/react.js', sources)) vite('spec/bindings/pages.vite.ts')
}
