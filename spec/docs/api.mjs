import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import ts from 'typescript'
import { entries } from '../checks/entries.mjs'
import {
  commentsOf,
  docstringOf,
  hasModifier,
  headOf,
  indent,
  isPublic,
  textOf,
  withoutExport,
} from './declarations.mjs'

export const page = 'docs/api.md'

const preface = `# API reference

Every public name of every entry, with what its docstring says. Made from the sources by \`npm run docs\`: change them, not
this page.
`

/**
 * The reference of all published entries, and the names in it that have no docstring.
 *
 * @returns {{ text: string, undocumented: string[] }}
 */
export function apiReference() {
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile('tsconfig.json', ts.sys.readFile).config,
    ts.sys,
    '.',
  )
  const program = ts.createProgram(
    entries.map(({ source }) => source),
    options,
  )
  const reader = new Reader(program)
  const sections = entries.map(({ name, source }) => reader.entry(name, source))
  return { text: [preface, ...sections].join('\n'), undocumented: reader.undocumented }
}

class Reader {
  undocumented = []
  #program
  #checker
  #published

  constructor(program) {
    this.#program = program
    this.#checker = program.getTypeChecker()
    this.#published = new Set(entries.flatMap(({ source }) => this.#exportsOf(source)).map(([, symbol]) => symbol))
  }

  entry(name, source) {
    const items = this.#exportsOf(source).map(([exported, symbol]) => this.#item(name, exported, symbol))
    const contents = items.map(({ exported }) => `[${exported}](#${anchorOf(name, exported)})`).join(' · ')
    return [`## \`${name}\``, '', contents, '', ...items.map(({ text }) => text)].join('\n')
  }

  /** Name and symbol of all that a file exports: what runs first, then types, each by the alphabet. */
  #exportsOf(source) {
    const module = this.#checker.getSymbolAtLocation(this.#program.getSourceFile(resolve(source)))
    const isValue = ([, symbol]) => (symbol.flags & ts.SymbolFlags.Value ? 0 : 1)
    return this.#checker
      .getExportsOfModule(module)
      .map((symbol) => [
        symbol.name,
        symbol.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(symbol) : symbol,
      ])
      .sort((a, b) => isValue(a) - isValue(b) || a[0].localeCompare(b[0], 'en'))
  }

  #item(entry, exported, symbol) {
    const declarations = symbol.declarations ?? []
    const doc = declarations.map(docstringOf).find(Boolean)
    if (!doc) this.undocumented.push(`${entry}: ${exported}`)
    const code = declarations.flatMap((declaration) => this.#signature(declaration, exported)).join('\n')
    const text = `<a id="${anchorOf(entry, exported)}"></a>\n\n### ${exported}\n\n${doc ? `${doc}\n\n` : ''}\`\`\`typescript\n${code}\n\`\`\`\n`
    return { exported, text }
  }

  #signature(node, name) {
    if (ts.isClassDeclaration(node)) return this.#classText(node, name)
    if (ts.isFunctionDeclaration(node)) return headOf(node)
    if (ts.isVariableDeclaration(node)) return this.#constantText(node)
    return withoutExport(textOf(node))
  }

  #classText(node, name) {
    const base = this.#baseOf(node)
    const parameters = node.typeParameters?.length ? `<${node.typeParameters.map((p) => p.getText()).join(', ')}>` : ''
    const above = base && !this.#isFlattened(base) ? ` extends ${base.text}` : ''
    const members = this.#membersOf(node).map((member) => indent(this.#memberText(member)))
    return `class ${name}${parameters}${above} {\n${members.join('\n')}\n}`
  }

  /** The public members of a class, and those of the classes above it that are not published themselves. */
  #membersOf(node) {
    const own = node.members.filter(isPublic)
    const base = this.#baseOf(node)
    if (!base || !this.#isFlattened(base)) return own
    const names = new Set(node.members.map((member) => member.name?.getText()))
    const above = base.symbol.declarations
      .filter(ts.isClassDeclaration)
      .flatMap((declaration) => this.#membersOf(declaration))
    return [
      ...above.filter((member) => !ts.isConstructorDeclaration(member) && !names.has(member.name?.getText())),
      ...own,
    ]
  }

  /** What it says is its own docstring, or that of what it overrides. */
  #memberText(member) {
    const head = headOf(member).replace(/^((override|declare|abstract|public|async) )+/, '')
    return [...this.#commentsOn(member), head].join('\n')
  }

  #commentsOn(member) {
    const own = commentsOf(member).map(textOf)
    if (own.length > 0 || !hasModifier(member, ts.SyntaxKind.OverrideKeyword)) return own
    const overridden = this.#baseOf(member.parent)?.symbol.members?.get(member.name.getText())?.declarations?.[0]
    return overridden ? this.#commentsOn(overridden) : []
  }

  /** Whether the members of a class are shown in those that extend it: it is ours, and not published itself. */
  #isFlattened({ symbol }) {
    return !this.#published.has(symbol) && symbol.declarations.every((node) => !node.getSourceFile().isDeclarationFile)
  }

  #baseOf(node) {
    const clause = node.heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword)?.types[0]
    const symbol = clause && this.#checker.getTypeAtLocation(clause.expression).symbol
    return symbol && { symbol, text: clause.getText() }
  }

  /** A function by its type, another constant as it is written. */
  #constantText(node) {
    const type = this.#checker.getTypeAtLocation(node)
    const format = ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.UseAliasDefinedOutsideCurrentScope
    if (type.getCallSignatures().length === 0) return `const ${node.getText()}`
    return `const ${node.name.getText()}: ${this.#checker.typeToString(type, node, format)}`
  }
}

const anchorOf = (entry, name) => `${entry.replaceAll('/', '-')}-${name}`.toLowerCase()

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) writeFileSync(page, apiReference().text)
