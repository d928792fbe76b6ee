import { readFileSync } from 'node:fs'
import type { Browser, Page } from 'playwright-core'
import { openPage } from '../support/browser.ts'
import type { Driven } from './pages/driver.ts'

export const frameworks = ['react', 'vue', 'svelte', 'angular', 'solid'] as const

export type Framework = (typeof frameworks)[number]

declare const driven: Driven

/** Where nothing listens. */
const nowhere = 'http://localhost:9'

/** A page with one of the built programs, which may speak with whoever listens at its origin. */
export async function openProgram(browser: Browser, program: string, origin = nowhere): Promise<Page> {
  const page = await openPage(browser, 'about:blank')
  const html = `<!doctype html><div id="page"></div><script type="module" src="/${program}.js"></script>`
  await page.route(`${origin}/`, (route) => route.fulfill({ contentType: 'text/html', body: html }))
  await page.route(`${origin}/**/*.js`, (route) => {
    const { pathname } = new URL(route.request().url())
    return route.fulfill({ contentType: 'text/javascript', body: readFileSync(`spec/bindings/dist/pages${pathname}`) })
  })
  await page.goto(origin)
  return page
}

/** A page of a framework with a list of so many todos, of which nothing is shown yet. */
export async function openScene(browser: Browser, framework: Framework, todos: number): Promise<Page> {
  const page = await openProgram(browser, framework)
  await page.evaluate((count) => driven.open(count), todos)
  return page
}
