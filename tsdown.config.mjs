import { defineConfig } from 'tsdown'
import { entries } from './spec/checks/entries.mjs'

export default defineConfig({
  entry: Object.fromEntries(entries.map(({ source }) => [source.replace(/\.ts$/, ''), source])),
  format: ['esm', 'cjs'],
  platform: 'neutral',
  target: 'es2022',
  dts: true,
  sourcemap: true,
  loader: { '.lua': 'text' },
  deps: { onlyBundle: [], neverBundle: [/^node:/] },
  checks: { legacyCjs: false, pluginTimings: false },
  failOnWarn: true,
})
