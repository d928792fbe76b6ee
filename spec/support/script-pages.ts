import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { BrowserContext } from 'playwright-core'

/** Where pages are served that share channels, locks and storages. Nothing listens there. */
export const origin = 'http://localhost:9'

/** A page with this program alone, which brings all it imports. */
export async function pageOf(program: URL): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(program)],
    bundle: true,
    write: false,
    format: 'iife',
    charset: 'ascii',
    logLevel: 'error',
  })
  return `<!doctype html><script>${outputFiles[0]?.text.replaceAll('</script', '<\\/script')}</script>`
}

/** Serves every page of the origin with this program alone. */
export async function serveScript(profile: BrowserContext, program: URL): Promise<void> {
  const body = await pageOf(program)
  await profile.route(`${origin}/**`, (route) => route.fulfill({ contentType: 'text/html', body }))
}
