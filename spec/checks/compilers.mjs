import { installCompilers } from '../../examples/frameworks/build.mjs'

installCompilers(console.log)
