import {
  ConsoleLogger,
  createCompilerHost,
  formatDiagnostics,
  LogLevel,
  NodeJSFileSystem,
  performCompilation,
} from '@angular/compiler-cli'
import { createEs2015LinkerPlugin } from '@angular/compiler-cli/linker/babel'
import { transformAsync } from '@babel/core'
import ts from 'typescript'

const options = {
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts', 'lib.esnext.disposable.d.ts'],
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  strict: true,
  noUncheckedIndexedAccess: true,
  strictTemplates: true,
  experimentalDecorators: true,
  verbatimModuleSyntax: true,
  rewriteRelativeImportExtensions: true,
  skipLibCheck: true,
  types: [],
  sourceMap: false,
}

/** Compiles programs ahead of time, their templates checked like the rest, and links Angular itself. */
export function angular(mains) {
  const compiled = new Map()
  const linker = createEs2015LinkerPlugin({
    fileSystem: new NodeJSFileSystem(),
    logger: new ConsoleLogger(LogLevel.warn),
    linkerJitMode: false,
  })
  return {
    name: 'angular',
    enforce: 'pre',
    applyToEnvironment: ({ name }) => name === 'client',
    buildStart() {
      if (mains.length === 0) return
      for (const [file, text] of compile(mains)) compiled.set(file, text)
    },
    load: (id) => compiled.get(id),
    async transform(code, id) {
      if (!id.includes('/node_modules/@angular/') || !code.includes('ɵɵngDeclare')) return null
      return transformAsync(code, {
        filename: id,
        plugins: [linker],
        compact: false,
        configFile: false,
        babelrc: false,
      })
    },
  }
}

/** What becomes of each file that these import. Throws with what is wrong in them. */
function compile(rootNames) {
  const emitted = new Map()
  const host = createCompilerHost({ options })
  host.writeFile = (_file, text, _mark, _onError, sources) => {
    for (const { fileName } of sources ?? []) emitted.set(fileName, text)
  }
  const { diagnostics } = performCompilation({ rootNames, options, host })
  const errors = diagnostics.filter(({ category }) => category === ts.DiagnosticCategory.Error)
  if (errors.length > 0) throw new Error(formatDiagnostics(errors))
  return emitted
}
