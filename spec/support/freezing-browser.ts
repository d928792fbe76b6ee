import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium, type Page } from 'playwright-core'
import { defer, firstValueFrom, retry } from 'rxjs'
import { chromiumPath } from '../checks/chromium.mjs'
import { quietly } from './browser.ts'

/** A browser whose pages can be frozen, with one profile. */
export interface FreezingBrowser {
  readonly profile: BrowserContext
  close(): Promise<void>
}

/**
 * Chromium freezes no page that is shown, and shows every page that it was told to treat as the one in use: which
 * Playwright does with all pages of a browser that it starts by itself, and not with those that it comes to.
 */
export async function openFreezingBrowser(): Promise<FreezingBrowser> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-profile-'))
  const at = [`--user-data-dir=${folder}`, '--remote-debugging-port=0']
  const options = ['--headless', '--disable-background-timer-throttling', ...quietly, ...at]
  const program = spawn(chromiumPath() ?? '/usr/bin/chromium', options, { stdio: ['ignore', 'ignore', 'pipe'] })
  const address = await addressSaid(program.stderr)
  // A page that comes up at that very moment may never be announced, and is waited for.
  const connect = defer(() => chromium.connectOverCDP(address, { noDefaults: true, timeout: 10_000 }))
  const browser = await firstValueFrom(connect.pipe(retry(2))).catch((error: unknown) => {
    program.kill('SIGKILL')
    throw error
  })
  return {
    profile: browser.contexts()[0] as BrowserContext,
    async close() {
      const ended = once(program, 'close')
      const devtools = await browser.newBrowserCDPSession()
      // Nobody is left to answer.
      devtools.send('Browser.close').catch(() => undefined)
      await ended
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

function addressSaid(stream: NodeJS.ReadableStream): Promise<string> {
  let said = ''
  return new Promise((resolve, reject) => {
    // It goes on saying things, for which there must be room.
    stream.setEncoding('utf8').on('data', (text) => {
      said += text
      const address = /ws:\/\/\S+/.exec(said)?.[0]
      if (address) resolve(address)
    })
    stream.on('end', () => reject(new Error(`The browser ended:\n${said}`)))
  })
}

/**
 * Freezes a page as browsers freeze those that are out of sight: its timers and its sockets stand still. What comes over
 * a BroadcastChannel arrives all the same.
 * @returns what thaws it
 */
export async function freeze(page: Page): Promise<() => Promise<void>> {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('Page.setWebLifecycleState', { state: 'frozen' })
  return async () => {
    await devtools.send('Page.setWebLifecycleState', { state: 'active' })
    await devtools.detach()
  }
}
