import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** Two pages for browsers, and the program that serves them, for Node. Run by `serve/build.mjs`. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  publicDir: false,
  logLevel: 'warn',
  environments: {
    client: {
      build: {
        outDir: 'dist/pages',
        rolldownOptions: { input: { todo: 'todo/index.html', flushout: 'flushout-todo/index.html' } },
      },
    },
    ssr: {
      build: {
        outDir: 'dist/serve',
        ssr: 'serve/main.ts',
        target: 'node20',
      },
      resolve: { external: true },
    },
  },
  builder: {},
})
