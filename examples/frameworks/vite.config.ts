import { join } from 'node:path'
import { defineConfig } from 'vite'
import { compilers } from './compilers/plugins.mjs'
import { frameworks } from './shared/frameworks.ts'

/** The pages, and the program that serves them, for Node. Run by `start.mjs`. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: compilers([join(import.meta.dirname, 'angular/main.ts')]),
  publicDir: '../todo/public',
  logLevel: 'warn',
  environments: {
    client: {
      build: {
        outDir: 'dist/pages',
        rolldownOptions: { input: ['index.html', ...Object.keys(frameworks).map((path) => `${path}/index.html`)] },
      },
    },
    ssr: {
      build: {
        outDir: 'dist/serve',
        ssr: true,
        rolldownOptions: { input: 'main.ts' },
        target: 'node20',
        copyPublicDir: false,
      },
      resolve: { external: true },
    },
  },
  builder: {},
})
