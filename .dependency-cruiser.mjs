import { entries } from './spec/checks/entries.mjs'

/** What an entry may need besides rxjs: its one peer, or Node. An entry that is not named runs anywhere on rxjs alone. */
const needs = {
  'transports/socket-io/index.ts': ['socket.io-client'],
  'transports/socket-io/server.ts': ['socket.io', 'node'],
  'transports/http/server.ts': ['node'],
  'bindings/react/index.ts': ['react', '@types/react', 'csstype'],
  'bindings/vue/index.ts': ['vue'],
  'bindings/svelte/index.ts': ['svelte'],
  'bindings/angular/index.ts': ['@angular/core'],
  'bindings/solid/index.ts': ['solid-js'],
  'adapters/history/lmdb/index.ts': ['lmdb', 'node'],
  'adapters/history/redis/index.ts': ['node'],
  'adapters/storage/file/index.ts': ['node'],
}

const contract = ['^lib/contracts/', '^lib/protocol/', '^lib/errors\\.ts$', '^lib/environment\\.ts$']
const outside = '^node_modules/|^(node:)?[a-z_]+(/promises)?$'

const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from: { path: from }, to })
const only = (name, comment, from, ...allowed) => rule(name, comment, from, { pathNot: allowed })
const never = (name, comment, from, path) => rule(name, comment, from, { path })

const outsideOf = (names) =>
  names.map((name) =>
    name === 'node' ? '^(node:)?[a-z_]+(/promises)?$' : `^node_modules/${name.replace('.', '\\.')}/`,
  )

const needsOf = ({ source }) =>
  rule(`needs-of-${source}`, 'rxjs and one peer, however deep.', `^${source.replace('.', '\\.')}$`, {
    reachable: true,
    path: outside,
    pathNot: ['^node_modules/rxjs/', ...outsideOf(needs[source] ?? [])],
  })

export default {
  forbidden: [
    rule('no-cycles', 'What needs each other belongs together; types count too.', '', { circular: true }),
    only('lib-needs-rxjs-alone', 'The core runs anywhere.', '^lib/', '^lib/', '^node_modules/rxjs/'),
    only('document-needs-nothing', 'A JSON tree: no time, no streams.', '^lib/document/', '^lib/document/'),
    only('replica-needs-documents-alone', 'The one engine is pure.', '^lib/replica/', '^lib/(replica|document)/'),
    never('client-knows-no-host', 'They meet in the protocol.', '^lib/client/', '^lib/host/'),
    never('host-knows-no-client', 'They meet in the protocol.', '^lib/host/', '^lib/client/'),
    never('index-is-for-users', 'Inside, import the file that has it.', '^lib/', '^lib/index\\.ts$'),
    never('suites-are-for-specs', 'The core does without them.', '^lib/(?!testing/)', '^lib/testing/'),
    only(
      'transports-know-their-contract',
      'The core stays behind it.',
      '^transports/',
      '^transports/',
      outside,
      ...contract,
    ),
    only(
      'adapters-know-their-contract',
      'The core stays behind it.',
      '^adapters/',
      '^adapters/',
      outside,
      ...contract,
      '^lib/flushout\\.ts$',
    ),
    never(
      'transports-stand-alone',
      'None is built on another.',
      '^transports/(?!shared/)([^/]+)/',
      '^transports/(?!$1/)',
    ),
    never(
      'tabs-share-over-channels',
      'And over nothing else.',
      '^transports/shared/',
      '^transports/(?!shared/|broadcast-channel/)',
    ),
    never(
      'adapters-stand-alone',
      'They share what lies beside them.',
      '^adapters/([^/]+)/([^/]+)/',
      '^adapters/(?!$1/([^/]+$|$2/))',
    ),
    rule('bindings-need-types-alone', 'What they bind is handed in.', '^bindings/', {
      path: '^lib/',
      dependencyTypesNot: ['type-only'],
    }),
    never(
      'bindings-stand-alone',
      'They share what lies beside them.',
      '^bindings/([^/]+)/',
      '^((transports|adapters)/|bindings/(?!$1/)[^/]+/)',
    ),
    never(
      'source-needs-no-specs',
      'Specs and programs are leaves.',
      '^(lib|transports|adapters|bindings)/',
      '^(spec|examples|bench)/',
    ),
    never(
      'examples-use-entries',
      'As any user would: millrace, millrace/….',
      '^examples/',
      '^(lib|transports|adapters|bindings|spec|bench)/',
    ),
    ...entries.map(needsOf),
  ],
  options: {
    doNotFollow: { path: '^(bench/)?(node_modules|dist)/' },
    exclude: { path: '^examples/frameworks/compilers/node_modules/|^(bench|examples|examples/frameworks)/dist/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'default'] },
  },
}
