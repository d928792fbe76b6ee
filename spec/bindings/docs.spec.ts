import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createClient } from 'millrace'
import { socketIoTransport } from 'millrace/transports/socket-io'
import type { Browser } from 'playwright-core'
import { expectTexts, openBrowser, takeComplaints } from '../support/browser.ts'
import type { documents } from '../support/documents.ts'
import { type Site, site } from '../support/site.ts'
import { documented } from './documented.ts'
import { frameworks, openProgram } from './pages.ts'

let browser: Browser

beforeAll(async () => {
  browser = await openBrowser()
})

afterAll(() => browser.close())

describe('The docs', () => {
  it('have a page for every framework', () => {
    expect([...documented].sort()).toEqual([...frameworks].sort())
  })

  it.each(documented)('show a program that works: docs/frameworks/%s.md', async (framework) => {
    const running: Site = await site()
    const origin = `http://localhost:${running.port}`
    const client = createClient<typeof documents>({ transport: socketIoTransport(origin) })
    const others = client.open('list/shopping')
    await others.loaded
    others.at('todos').create({ title: 'Tea', done: false }, { id: 'tea' })
    const page = await openProgram(browser, `docs-${framework}`, origin)
    await expectTexts(page, 'li', ['Tea'])
    await page.getByRole('button', { name: 'Add' }).click()
    await expectTexts(page, 'li', ['Tea', 'Coffee'])
    await page.getByText('Tea').click()
    await expectTexts(page, 's', ['Tea'])
    await expectTexts(page, '[role=status]', ['Saved'])
    others.at('todos', 'tea').update({ title: 'Green tea' })
    await expectTexts(page, 'li', ['Green tea', 'Coffee'])
    await page.close()
    client.close()
    await running.close()
    expect(takeComplaints()).toEqual([])
  })
})
