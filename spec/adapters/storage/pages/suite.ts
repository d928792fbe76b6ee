import { afterAll, beforeAll, describe, it } from '@jest/globals'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { storageSuite } from '../../../../lib/testing/storage-suite.ts'
import { openBrowser } from '../../../support/browser.ts'
import type { Kind } from './page.ts'
import { newProfile, newTab, removeStore, runLaw, storageIn } from './tabs.ts'

/** The laws of storages, in one page of a real browser and between two. */
export function suiteInPages(name: string, kind: Kind): void {
  describe(name, () => {
    let browser: Browser
    let profile: BrowserContext
    let one: Page
    let other: Page
    let stores = 0
    beforeAll(async () => {
      browser = await openBrowser()
      profile = await newProfile(browser)
      one = await newTab(profile)
      other = await newTab(profile)
    })
    afterAll(() => browser.close())

    storageSuite(
      'storages of one page',
      () => {
        throw new Error('The laws run in the page.')
      },
      { describe, it: (law) => it(law, () => runLaw(one, kind, law)) },
      { durable: true, names: true },
    )

    storageSuite(
      'storages of two tabs',
      () => {
        stores += 1
        const store = `tabs ${stores}`
        let opened = 0
        return {
          open() {
            opened += 1
            return storageIn(opened % 2 === 1 ? one : other, kind, store)
          },
          close: () => removeStore(one, kind, store),
        }
      },
      { describe, it },
      { durable: true, names: true },
    )
  })
}
