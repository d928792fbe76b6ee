import { produce, setAutoFreeze } from 'immer'
import { immutable } from './immutable.ts'

// As mutative does by default; freezing costs time.
setAutoFreeze(false)

export const contender = immutable(produce)
