import { afterAll, beforeAll } from '@jest/globals'
import { type Bundles, bundle } from '../../support/programs.ts'

/** Where programs are that every Node can start. */
export type Programs = Pick<Bundles, 'path'>

/** The client and the host of these worlds, for as long as a spec file runs. */
export function bundledPrograms(): Programs {
  let bundles: Bundles
  beforeAll(async () => {
    bundles = await bundle(new URL('../programs/', import.meta.url), 'client', 'host')
  })
  afterAll(() => bundles.remove())
  return { path: (program) => bundles.path(program) }
}
