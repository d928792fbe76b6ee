import type { Race } from '../support/workload.ts'
import { apply } from './apply.ts'
import { flushCycle } from './flush-cycle.ts'
import { master } from './master.ts'
import { observed } from './observed.ts'
import { rebase } from './rebase.ts'

/** What contenders do by turns. */
export const races: readonly Race[] = [apply, observed, flushCycle, rebase, master]
