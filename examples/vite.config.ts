import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { precache } from './precache.ts'

const worker = 'service-worker.js'

/** Pages for browsers, with the worker that keeps them, and the programs that serve them, for Node. Run by `serve/build.mjs`. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), precache(worker, { 'todo/index.html': '/', 'flushout-todo/index.html': '/flushout' })],
  publicDir: 'todo/public',
  logLevel: 'warn',
  environments: {
    client: {
      build: {
        outDir: 'dist/pages',
        rolldownOptions: {
          input: {
            todo: 'todo/index.html',
            flushout: 'flushout-todo/index.html',
            cluster: 'cluster/page/index.html',
            'service-worker': 'todo/service-worker.ts',
          },
          // Its name must stay, or browsers would not find the next one.
          output: { entryFileNames: ({ name }) => (name === 'service-worker' ? worker : 'assets/[name]-[hash].js') },
        },
      },
    },
    ssr: {
      build: {
        outDir: 'dist/serve',
        ssr: true,
        rolldownOptions: {
          input: { main: 'serve/main.ts', cluster: 'cluster/main.ts', 'cluster-host': 'cluster/host.ts' },
        },
        target: 'node20',
        copyPublicDir: false,
      },
      resolve: { external: true },
    },
  },
  builder: {},
})
