import type { Environment } from '../environment.ts'

const first = 500
const most = 30_000

/** Milliseconds to wait after so many failures in a row: 0.5 s doubling to 30 s, with full jitter. */
export const backOff = ({ random }: Environment, failures: number): number =>
  random() * Math.min(most, first * 2 ** (failures - 1))
