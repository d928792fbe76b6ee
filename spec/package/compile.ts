import ts from 'typescript'

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts', 'lib.esnext.disposable.d.ts'],
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  moduleDetection: ts.ModuleDetectionKind.Force,
  jsx: ts.JsxEmit.ReactJSX,
  strict: true,
  allowImportingTsExtensions: true,
  rewriteRelativeImportExtensions: true,
  types: ['node'],
}

/** What is wrong with one file of a program, and in which line, counted from 1. */
export interface Wrong {
  readonly line: number
  readonly message: string
}

export interface Compiled {
  /** All files of the program, declarations of libraries too. */
  readonly files: readonly string[]
  /** Checks one of them; the types of libraries are held to the same rules. */
  wrongIn(file: string): Wrong[]
}

/** Makes one program of these files and all that they import, and puts JavaScript beside them. */
export function compile(files: readonly string[], folder: string): Compiled {
  const program = ts.createProgram({ rootNames: [...files], options: { ...options, rootDir: folder, outDir: folder } })
  // One by one: all at once, the compiler first checks every library.
  for (const file of files) program.emit(program.getSourceFile(file))
  return {
    files: program.getSourceFiles().map(({ fileName }) => fileName),
    wrongIn(file) {
      const source = program.getSourceFile(file)
      return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(wrong)
    },
  }
}

function wrong({ file, start = 0, messageText }: ts.Diagnostic): Wrong {
  const line = file === undefined ? 1 : file.getLineAndCharacterOfPosition(start).line + 1
  return { line, message: ts.flattenDiagnosticMessageText(messageText, '\n') }
}
