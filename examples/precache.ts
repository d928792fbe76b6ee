import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'vite'

/**
 * Tells a service worker what to keep: every file of the build, under the URL that the server gives it. `worker` is the
 * file that is built from it, `pages` has the URLs of the HTML files; one that has none is not kept.
 */
export function precache(worker: string, pages: Readonly<Record<string, string>>): Plugin {
  return {
    name: 'precache',
    applyToEnvironment: ({ name }) => name === 'client',
    generateBundle: {
      // When the HTML is there.
      order: 'post',
      handler(_, bundle) {
        const { publicDir } = this.environment.config
        const chunk = bundle[worker]
        if (chunk?.type !== 'chunk') throw new Error(`The build has no ${worker}.`)
        const built = Object.values(bundle)
          .filter((file) => file !== chunk && (file.fileName in pages || !file.fileName.endsWith('.html')))
          .map((file) => entry(pages[file.fileName] ?? `/${file.fileName}`, contentOf(file)))
        const copied = readdirSync(publicDir).map((name) => entry(`/${name}`, readFileSync(join(publicDir, name))))
        const files = [...built, ...copied].sort((a, b) => (a.url < b.url ? -1 : 1))
        const version = createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 12)
        chunk.code = chunk.code.replaceAll('builtPages', JSON.stringify({ version, files }))
      },
    },
  }
}

interface Entry {
  readonly url: string
  readonly integrity: string
}

const entry = (url: string, content: string | Uint8Array): Entry => ({
  url,
  integrity: `sha384-${createHash('sha384').update(content).digest('base64')}`,
})

const contentOf = (file: { type: 'chunk'; code: string } | { type: 'asset'; source: string | Uint8Array }) =>
  file.type === 'chunk' ? file.code : file.source
