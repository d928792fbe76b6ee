import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import type { Browser, FrameLocator, Page } from 'playwright-core'
import { expectTexts, fitsItsWidth, openBrowser, openPage, picture, takeComplaints } from '../../support/browser.ts'
import { ClusterExample, hostIs, killHost, startHost } from '../../support/cluster-example.ts'
import { dataFolder, removeFolder } from '../../support/example-server.ts'
import { closeAll } from '../../support/redis/begun.ts'
import { redisServer } from '../../support/redis/server.ts'
import {
  add,
  expectStatus,
  expectTodos,
  hurry,
  isPrepared,
  openList,
  todo,
  todoTitles,
  waySwitch,
} from '../../support/todo-page.ts'

const data = dataFolder()
afterAll(() => removeFolder(data))

const numbered = (name: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${name} ${i + 1}`)

describe('The cluster', () => {
  let browser: Browser
  let cluster: ClusterExample
  let lists = 0

  beforeAll(async () => {
    browser = await openBrowser()
    cluster = await ClusterExample.start(data)
  }, 30_000)
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()))
    expect(takeComplaints()).toEqual([])
  })
  afterAll(async () => {
    await browser.close()
    await cluster.stop()
  })

  const newList = (): string => `${cluster.url}/list-${++lists}`
  const openControl = (): Promise<Page> =>
    openPage(browser, `${cluster.url}/cluster`, { viewport: { width: 1200, height: 900 } })

  /** A window on the page of the cluster, once its list is there. */
  async function windowOf(page: Page, name: string): Promise<FrameLocator> {
    const frame = page.frameLocator(`iframe[title="${name}’s window"]`)
    await frame.getByText('Saved').waitFor()
    return frame
  }

  /** A list in two windows, each at a host of its own, by its number. */
  async function openApart(): Promise<{ anna: Page; ben: Page; url: string; hostOf: Record<'anna' | 'ben', number> }> {
    await cluster.hasSessions((sessions) => sessions.every((count) => count === 0))
    const url = newList()
    const anna = await openList(browser, url)
    const first = await cluster.hasSessions((sessions) => sessions.includes(1))
    const ben = await openList(browser, url)
    const both = await cluster.hasSessions((sessions) => sessions.filter((count) => count === 1).length === 2)
    const atAnna = first.indexOf(1)
    return {
      anna,
      ben,
      url,
      hostOf: { anna: atAnna + 1, ben: both.findIndex((count, i) => count === 1 && i !== atAnna) + 1 },
    }
  }

  it('shows its hosts on a page, with two windows of a list beside them', async () => {
    const page = await openControl()
    for (const host of [1, 2, 3]) await hostIs(page, host, 'Alive and well')
    // The todo page keeps its own files in the browser from then on, and must leave this page to the balancer.
    await isPrepared(page)
    await page.reload()
    const [anna, ben] = await Promise.all([windowOf(page, 'Anna'), windowOf(page, 'Ben')])
    await anna.getByLabel('New todo').fill('Coffee')
    await anna.getByLabel('New todo').press('Enter')
    await ben.getByText('Coffee').waitFor()
    await anna.getByText('Saved').waitFor()
    expect(await page.getByText('ready', { exact: true }).count()).toBe(3)
    await picture(page, 'cluster')
  })

  it('has two windows at two hosts see what the other does', async () => {
    const { anna, ben, hostOf } = await openApart()
    expect(hostOf.anna).not.toBe(hostOf.ben)
    await add(anna, 'Milk')
    await expectTodos(ben, ['Milk'])
    await add(ben, 'Tea')
    await expectTodos(anna, ['Milk', 'Tea'])
    await Promise.all([expectStatus(anna, 'Saved'), expectStatus(ben, 'Saved')])
  })

  it('loses nothing and takes nothing twice when a host is killed while people type', async () => {
    const { anna, ben, url, hostOf } = await openApart()
    await waySwitch(ben).selectOption('HTTP polling')
    await expectStatus(ben, 'Saved')
    const control = await openControl()
    const killed = (async () => {
      await Promise.all([todo(ben, 'Anna 3').waitFor(), todo(anna, 'Ben 3').waitFor()])
      await killHost(control, hostOf.anna)
    })()
    await Promise.all([add(anna, ...numbered('Anna', 20)), add(ben, ...numbered('Ben', 20)), killed])
    await Promise.all([anna, ben].map((page) => expectTexts(page, '.summary span', ['40 of 40 to do'])))
    await Promise.all([expectStatus(anna, 'Saved'), expectStatus(ben, 'Saved')])
    const other = await openList(browser, url)
    const all = [...numbered('Anna', 20), ...numbered('Ben', 20)].sort()
    for (const page of [anna, ben, other]) expect((await todoTitles(page)).sort()).toEqual(all)
    await startHost(control, hostOf.anna)
  })

  it('goes on where it was when all hosts are dead and are started again', async () => {
    const { anna, ben } = await openApart()
    await add(anna, 'Before')
    await expectTodos(ben, ['Before'])
    const control = await openControl()
    for (const host of [1, 2, 3]) await killHost(control, host)
    await expectTexts(control, '[role=status]', [
      'No host is left. Go on typing: it is kept in this browser until one is back.',
    ])
    await picture(control, 'cluster-dead')
    await anna.getByText('Offline', { exact: true }).waitFor()
    await add(anna, 'Meanwhile')
    await expectStatus(anna, 'Offline, 1 kept here')
    for (const host of [1, 2, 3]) await startHost(control, host)
    await Promise.all([anna, ben].map(hurry))
    await expectTodos(ben, ['Before', 'Meanwhile'])
    await expectStatus(anna, 'Saved')
  })

  it('kills one after the other by itself, for as long as that is switched on', async () => {
    const page = await openControl()
    const [anna, ben] = await Promise.all([windowOf(page, 'Anna'), windowOf(page, 'Ben')])
    const keep = page.getByLabel('Kill one after the other')
    await keep.check()
    await hostIs(page, 1, 'Dead')
    await anna.getByLabel('New todo').fill('Written meanwhile')
    await anna.getByLabel('New todo').press('Enter')
    await keep.uncheck()
    await hostIs(page, 1, 'Alive and well')
    await ben.getByText('Written meanwhile').waitFor()
    await anna.getByText('Saved').waitFor()
  })

  it.each([
    ['dark', { colorScheme: 'dark' as const, viewport: { width: 1200, height: 900 } }],
    ['narrow', { viewport: { width: 320, height: 640 } }],
  ])('fits the screen: %s', async (name, options) => {
    const page = await openPage(browser, `${cluster.url}/cluster`, options)
    await Promise.all([windowOf(page, 'Anna'), windowOf(page, 'Ben')])
    for (const frame of page.frames())
      expect(await frame.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
    expect(await fitsItsWidth(page)).toBe(true)
    await page.screenshot({ path: `.screenshots/cluster-${name}.png`, fullPage: true })
  })

  it('ends with all windows open', async () => {
    const folder = dataFolder()
    const ending = await ClusterExample.start(folder)
    const page = await openList(browser, `${ending.url}/shopping`)
    const { code } = await ending.stop('SIGTERM')
    expect(code).toBe(0)
    expect(ending.processes()).toEqual([])
    await page.getByText('Offline', { exact: true }).waitFor()
    removeFolder(folder)
  })
})

describe('A Redis of one’s own', () => {
  afterEach(closeAll)

  it('is used, and hosts that lost it say so until it is back', async () => {
    const redis = await redisServer({ persistence: 'aof' })
    const cluster = await ClusterExample.start(data, '--redis', redis.url)
    const browser = await openBrowser()
    const [page, control] = await Promise.all([
      openList(browser, `${cluster.url}/kept`),
      openPage(browser, `${cluster.url}/cluster`),
    ])
    await redis.kill()
    for (const host of [1, 2, 3]) await hostIs(control, host, 'Alive, takes nobody')
    expect(await cluster.healths()).toEqual(
      Array(3).fill({
        status: 503,
        body: expect.objectContaining({ status: 'unwell', redis: { type: 'connecting' } }),
      }),
    )
    await add(page, 'Milk')
    await redis.restart()
    for (const host of [1, 2, 3]) await hostIs(control, host, 'Alive and well')
    await expectStatus(page, 'Saved')
    const other = await openList(browser, `${cluster.url}/kept`)
    await expectTodos(other, ['Milk'])
    await browser.close()
    expect((await cluster.stop()).code).toBe(0)
    expect(await redis.ask('PING')).toBe('PONG')
  })
})
