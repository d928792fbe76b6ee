import { figure } from './numbers.ts'

/** What one contender came to, by column. */
export interface Row {
  readonly name: string
  readonly values: Readonly<Record<string, number>>
}

/** The figures of one case of a workload. */
export interface Table {
  readonly name: string
  readonly rows: readonly Row[]
}

/** The column that the regression check reads. */
export const least = 'least µs CPU'

const columnsOf = ({ rows }: Table): readonly string[] =>
  [...new Set(rows.flatMap(({ values }) => Object.keys(values)))].filter((column) => column !== least)

/** A table's cells as text, the head first. */
function cellsOf(table: Table): readonly (readonly string[])[] {
  const columns = columnsOf(table)
  const lines = table.rows.map(({ name, values }) => [
    name,
    ...columns.map((column) => (column in values ? figure(values[column] as number) : '')),
  ])
  return [[table.name, ...columns], ...lines]
}

/** For a terminal. */
export function textOf(table: Table): string {
  const lines = cellsOf(table)
  const widths = (lines[0] as readonly string[]).map((_, i) => Math.max(...lines.map((cells) => cells[i]?.length ?? 0)))
  const lineOf = (cells: readonly string[]) =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] as number) : cell.padStart(widths[i] as number))).join('  ')
  return lines.map(lineOf).join('\n')
}

/** For a page. */
export function markdownOf(table: Table): string {
  const [head = [], ...lines] = cellsOf(table).map((cells) => `| ${cells.join(' | ')} |`)
  const rule = `|---|${'--:|'.repeat(columnsOf(table).length)}`
  return [head, rule, ...lines].join('\n')
}
