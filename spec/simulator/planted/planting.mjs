import { readFileSync } from 'node:fs'
import { relative } from 'node:path'

/** Puts a fault into the modules that it names, as they are bundled. A text that is not there just once is an error. */
export const planting = (edits) => ({
  name: 'planting',
  setup(build) {
    build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const file = relative(process.cwd(), path)
      const mine = edits.filter(([where]) => where === file)
      if (mine.length === 0) return undefined
      let contents = readFileSync(path, 'utf8')
      for (const [, text, instead] of mine) {
        const times = contents.split(text).length - 1
        if (times !== 1) return { errors: [{ text: `${file} has ${times} times: ${text}` }] }
        contents = contents.replace(text, () => instead)
      }
      return { contents, loader: 'ts' }
    })
  },
})
