import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

// RxJS throws what no subscriber handled out of a timer of its own.
const rxjsHasThrown = () => new Promise((done) => setTimeout(done, 10))

await import(pathToFileURL(resolve(process.argv[2])).href)
await rxjsHasThrown()
process.exit()
