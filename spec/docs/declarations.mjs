import ts from 'typescript'

const hidden = new Set([ts.SyntaxKind.PrivateKeyword, ts.SyntaxKind.ProtectedKeyword])

/** Whether a member of a class is there for users. */
export function isPublic(member) {
  if (!member.name && !ts.isConstructorDeclaration(member)) return false
  if (member.name && ts.isPrivateIdentifier(member.name)) return false
  if (member.modifiers?.some(({ kind }) => hidden.has(kind))) return false
  if (isImplementation(member)) return false
  return !ts.getJSDocTags(member).some(({ tagName }) => tagName.text === 'internal')
}

/** Of an overloaded method only the overloads are seen from outside. */
function isImplementation(member) {
  if (!ts.isMethodDeclaration(member) || !member.body) return false
  const name = member.name.getText()
  return member.parent.members.some(
    (other) => ts.isMethodDeclaration(other) && !other.body && other.name.getText() === name,
  )
}

export const hasModifier = (node, kind) => node.modifiers?.some((modifier) => modifier.kind === kind) ?? false

export const commentsOf = (node) =>
  ts.getJSDocCommentsAndTags(node).filter((comment) => ts.isJSDoc(comment) && comment.parent === node)

/** A declaration without its body. */
export function headOf(node) {
  const text = node.getSourceFile().text
  const end =
    node.body?.getStart() ??
    (ts.isPropertyDeclaration(node) && node.type && node.initializer ? node.type.end : node.end)
  return withoutExport(dedent(columnsBefore(node) + text.slice(node.getStart(), end).trimEnd()))
}

/** A node as it is written, with its lines moved to the left. */
export const textOf = (node) => dedent(columnsBefore(node) + node.getSourceFile().text.slice(node.getStart(), node.end))

/** The blanks that a node stands behind in its line, so that all its lines are indented alike. */
function columnsBefore(node) {
  const { character } = ts.getLineAndCharacterOfPosition(node.getSourceFile(), node.getStart())
  return ' '.repeat(character)
}

export const withoutExport = (text) => text.replace(/^export /, '')

function dedent(text) {
  const lines = text.split('\n')
  const blanks = Math.min(...lines.filter((line) => line.trim()).map((line) => line.search(/\S/)))
  return lines.map((line) => line.slice(blanks)).join('\n')
}

export const indent = (text) => text.replace(/^(?=.)/gm, '  ')

/** What a docstring says, as Markdown. Its snippets are not cut out and run, so they are not called `ts`. */
export function docstringOf(node) {
  const holder = ts.isVariableDeclaration(node) ? node.parent.parent : node
  const [comment] = commentsOf(holder).slice(-1)
  const text = comment?.getText() ?? ''
  return text
    .replace(/^\/\*\*|\*\/$/g, '')
    .replace(/^[ \t]*\* ?/gm, '')
    .replace(/^```ts$/gm, '```typescript')
    .trim()
}
