import { afterAll, afterEach, beforeAll, expect } from '@jest/globals'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { openBrowser, openTab, takeComplaints } from './browser.ts'
import { dataFolder, ExampleServer, removeFolder } from './example-server.ts'
import { hurry, isPrepared, openList, todoTitles } from './todo-page.ts'

/** A browser and a server with the examples, for all specs of a file. */
export class TodoExample {
  browser!: Browser
  server!: ExampleServer
  readonly data = dataFolder()
  readonly #options: readonly string[]
  #lists = 0

  /** With these options for the server, beside its port and its data. */
  constructor(...options: readonly string[]) {
    this.#options = options
    beforeAll(async () => {
      ;[this.browser, this.server] = await Promise.all([openBrowser(), this.#start()])
    }, 30_000)

    afterEach(async () => {
      // A spec that failed half-way may have left it stopped.
      this.server.signal('SIGCONT')
      if (this.server.hasEnded) await this.restart()
      await Promise.all(this.browser.contexts().map((context) => context.close()))
      expect(takeComplaints()).toEqual([])
    })

    afterAll(async () => {
      await this.browser.close()
      await this.server.stop()
      removeFolder(this.data)
    })
  }

  newList(): string {
    return `list-${++this.#lists}`
  }

  open(list: string, options?: BrowserContextOptions): Promise<Page> {
    return openList(this.browser, `${this.server.url}/${list}`, options)
  }

  /** A list in a tab beside others of the same browser. */
  openBeside(context: BrowserContext, list: string, hasOwnClock = false): Promise<Page> {
    return openTab(context, `${this.server.url}/${list}`, hasOwnClock)
  }

  /** A list in a page that would load with no server. */
  async prepare(list: string): Promise<Page> {
    const page = await this.open(list)
    await isPrepared(page)
    return page
  }

  /** Expects these todos, in any order, where somebody opens a list who never was there. */
  async expectAtServer(list: string, titles: readonly string[]): Promise<void> {
    const page = await this.open(list)
    expect((await todoTitles(page)).sort()).toEqual([...titles].sort())
  }

  /** A new list in two windows. */
  openTwice(options: BrowserContextOptions = {}, others: BrowserContextOptions = {}): Promise<[Page, Page]> {
    const list = this.newList()
    return Promise.all([this.open(list, options), this.open(list, others)])
  }

  /** Starts the server again where it was, and has pages try at once. */
  async restart(...pages: readonly Page[]): Promise<void> {
    this.server = await this.#start(this.server.port)
    await Promise.all(pages.map(hurry))
  }

  #start(port = 0): Promise<ExampleServer> {
    return ExampleServer.start(this.data, port, undefined, this.#options)
  }
}
