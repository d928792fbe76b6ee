import { readFileSync } from 'node:fs'

const { name, exports } = JSON.parse(readFileSync('package.json', 'utf8'))

/**
 * The published entries, as `exports` in package.json names them, each with the source it is built from: `dist` mirrors
 * the tree, so `./dist/lib/index.js` is made from `lib/index.ts`.
 */
export const entries = Object.entries(exports)
  .filter(([, conditions]) => typeof conditions === 'object')
  .map(([path, conditions]) => ({
    name: name + path.slice(1),
    source: conditions.import.default.replace(/^\.\/dist\/(.*)\.js$/, '$1.ts'),
  }))
