import { existsSync, readFileSync } from 'node:fs'
import { type Machine, thisMachine } from './machine.ts'
import type { Table } from './table.ts'

/** What was measured, as it is written to a file. */
export interface Results {
  readonly machine: Machine
  readonly workloads: Readonly<Record<string, Measured>>
}

export interface Measured {
  /** The day. */
  readonly on: string
  readonly isQuick: boolean
  readonly tables: readonly Table[]
}

export const noResults = (): Results => ({ machine: thisMachine(), workloads: {} })

/** Results of before, if there are any. */
export const readResults = (path: string): Results =>
  existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Results) : noResults()

export const measuredNow = (tables: readonly Table[], isQuick: boolean): Measured => ({
  on: new Date().toISOString().slice(0, 10),
  isQuick,
  tables,
})

/** Looks a figure up; `NaN` where it was not measured. */
export function figureIn({ workloads }: Results, workload: string, table: string, row: string, column: string): number {
  const tables = workloads[workload]?.tables
  const rows = tables?.find(({ name }) => name === table)?.rows
  return rows?.find(({ name }) => name === row)?.values[column] ?? Number.NaN
}
