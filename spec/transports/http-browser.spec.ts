import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Browser, Page } from 'playwright-core'
import { memoryHistory } from '../../adapters/history/memory/index.ts'
import { createHost, type Host } from '../../lib/host/index.ts'
import { httpListener } from '../../transports/http/server.ts'
import { openBrowser, openPage } from '../support/browser.ts'
import { documents } from '../support/documents.ts'
import { type HttpHost, httpHost } from '../support/http-host.ts'

const hello = JSON.stringify({ say: [{ type: 'hello', protocol: 1 }] })

/** What a page gets to see of a host's answer. */
const ask = (page: Page, url: string, type: string): Promise<unknown> =>
  page.evaluate(
    async ([to, contentType, body]) => {
      try {
        const headers = { 'content-type': contentType, 'x-shop': 'one' }
        const response = await fetch(to, { method: 'POST', credentials: 'include', headers, body })
        const [first] = await response.json()
        return [response.status, first.type]
      } catch (error) {
        return (error as Error).name
      }
    },
    [url, type, hello] as const,
  )

describe('httpListener, with real pages', () => {
  let browser: Browser
  let site: HttpHost
  let stranger: HttpHost
  let served: HttpHost
  let host: Host<typeof documents>

  beforeAll(async () => {
    const blank = () =>
      httpHost((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html>'))
    ;[browser, site, stranger] = await Promise.all([openBrowser(), blank(), blank()])
    host = createHost({ documents, history: memoryHistory() })
    served = await httpHost(httpListener(host, { origins: [new URL(site.url).origin] }))
  }, 30_000)

  afterAll(async () => {
    await browser.close()
    for (const { close } of [site, stranger, served]) await close()
    await host.close()
  })

  it('is open to those of an origin that is listed, cookies and headers included', async () => {
    const page = await openPage(browser, site.url)
    expect(await ask(page, served.url, 'application/json')).toEqual([200, 'welcome'])
    expect(await ask(page, served.url, 'text/plain')).toEqual([415, 'error'])
  })

  it('tells those of another origin nothing, and does nothing for them', async () => {
    const page = await openPage(browser, stranger.url)
    const sessions: unknown[] = []
    served.http.on('request', (request) => sessions.push(request.method))
    expect(await ask(page, served.url, 'application/json')).toBe('TypeError')
    expect(sessions).toEqual(['OPTIONS'])
    expect(await ask(page, served.url, 'text/plain')).toBe('TypeError')
    expect(host.counts.sessions).toBe(0)
  })
})
