/** A value of a YAML file, as far as it is read here. */
export type Yaml = string | null | readonly Yaml[] | { readonly [key: string]: Yaml }

interface Line {
  readonly indent: number
  readonly text: string
}

/**
 * Reads the part of YAML that plain files are written in: maps and lists by indentation, values on one line that are text
 * or JSON, comments on lines of their own. Throws at anything else.
 */
export function readYaml(text: string): Yaml {
  const lines = text
    .split('\n')
    .filter((line) => !/^\s*(#|$)/.test(line))
    .map((line) => ({ indent: line.search(/\S/), text: line.trim() }))
  const [value, rest] = block(lines)
  if (rest[0]) throw new Error(`It stands where nothing can: ${rest[0].text}`)
  return value
}

type Read<V> = [value: V, rest: readonly Line[]]

function block(lines: readonly Line[]): Read<Yaml> {
  const [first] = lines
  if (!first) return [null, []]
  return first.text.startsWith('- ') ? list(lines, first.indent) : map(lines, first.indent)
}

function list(lines: readonly Line[], indent: number): Read<readonly Yaml[]> {
  const values: Yaml[] = []
  let rest = lines
  for (; rest[0]?.indent === indent && rest[0].text.startsWith('- '); rest = rest.slice(1))
    values.push(scalar(rest[0].text.slice(2)))
  return [values, rest]
}

function map(lines: readonly Line[], indent: number): Read<Yaml> {
  const values: Record<string, Yaml> = {}
  let rest = lines
  while (rest[0]?.indent === indent) {
    const [, key, text] = /^([\w-]+):(?: (.*))?$/.exec(rest[0].text) ?? []
    if (key === undefined) throw new Error(`It is no key: ${rest[0].text}`)
    if (key in values) throw new Error(`It stands twice: ${key}`)
    rest = rest.slice(1)
    const isDeeper = text === undefined && (rest[0]?.indent ?? 0) > indent
    const [value, behind]: Read<Yaml> = isDeeper ? block(rest) : [text === undefined ? null : scalar(text), rest]
    values[key] = value
    rest = behind
  }
  return [values, rest]
}

function scalar(text: string): Yaml {
  if (/^["[{]/.test(text)) return JSON.parse(text) as Yaml
  if (/^['&*!|>%@`]|: | #/.test(text)) throw new Error(`It is not plain: ${text}`)
  return text
}
