import type { Environment } from './environment.ts'
import type { IdSource } from './replica/replica.ts'

/** Random ids of 128 bits, or, for tests, ids that count up with the commands. */
export const idSource = (sequential: boolean | undefined, environment: Environment): IdSource =>
  sequential ? (attempt, commandCount) => String(commandCount + 1 + attempt) : () => environment.id()
