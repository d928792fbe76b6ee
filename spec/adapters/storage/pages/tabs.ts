import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import type { Storage } from '../../../../lib/contracts/storage.ts'
import { MillraceError } from '../../../../lib/errors.ts'
import type { Answer, Driven, Kind, Method } from './page.ts'

declare const driven: Driven

/** Where pages are served that share what a browser keeps. Nothing listens there. */
export const origin = 'http://localhost:9'

/** One profile of a browser, with nothing in it. */
export async function newProfile(browser: Browser): Promise<BrowserContext> {
  const body = await pageScript()
  const profile = await browser.newContext()
  await profile.route(`${origin}/**`, (route) =>
    route.fulfill({ contentType: 'text/html', body: `<!doctype html><script>${body}</script>` }),
  )
  return profile
}

export async function newTab(profile: BrowserContext): Promise<Page> {
  const page = await profile.newPage()
  await page.goto(origin)
  return page
}

/** Runs a law of the suite in the page. */
export const runLaw = (page: Page, kind: Kind, law: string): Promise<void> =>
  page.evaluate((name) => driven.run(name), `${kind}: ${law}`)

export const removeStore = (page: Page, kind: Kind, name: string): Promise<void> =>
  page.evaluate(([ofKind, itsName]) => driven.remove(ofKind, itsName), [kind, name] as const)

/** A storage that is in a page, used from here. */
export async function storageIn(page: Page, kind: Kind, name: string): Promise<Storage> {
  const storage = await page.evaluate(([ofKind, itsName]) => driven.open(ofKind, itsName), [kind, name] as const)
  const ask = async (method: Method, ...args: readonly unknown[]) =>
    valueOf(
      await page.evaluate(([number, called, json]) => driven.ask(number, called, json), [
        storage,
        method,
        JSON.stringify(args),
      ] as const),
    )
  return {
    read: async (document, prefix) => (await ask('read', document, prefix)) as never,
    write: async (document, expected, changes) => (await ask('write', document, expected, changes)) as never,
    async hold(name) {
      const json = JSON.stringify(name)
      const number = valueOf(
        await page.evaluate(([at, held]) => driven.hold(at, held), [storage, json] as const),
      ) as number
      return number === undefined ? undefined : () => void page.evaluate((held) => driven.letGo(held), number)
    },
    close: async () => void (await ask('close')),
  }
}

function valueOf(json: string): unknown {
  const answer = JSON.parse(json) as Answer
  if (!('error' in answer)) return answer.value
  throw new MillraceError(answer.error.code as never, answer.error.message)
}

/** Whatever the page does to `localStorage` from now on has an effect so many times. */
export const dieAfter = (page: Page, changes: number): Promise<void> =>
  page.evaluate((count) => driven.dieAfter(count), changes)

/** Kills the process of the page. */
export async function crash(page: Page): Promise<void> {
  const crashed = page.waitForEvent('crash')
  const devtools = await page.context().newCDPSession(page)
  // It has no time to answer.
  devtools.send('Page.crash').catch(() => undefined)
  await crashed
}

let script: Promise<string> | undefined

async function pageScript(): Promise<string> {
  script ??= build({
    entryPoints: [fileURLToPath(new URL('page.ts', import.meta.url))],
    bundle: true,
    write: false,
    format: 'iife',
    charset: 'ascii',
    logLevel: 'error',
  }).then(({ outputFiles: [bundle] }) => (bundle as { text: string }).text.replaceAll('</script', '<\\/script'))
  return script
}
