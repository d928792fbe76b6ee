import { create } from 'mutative'
import { immutable } from './immutable.ts'

export const contender = immutable(create)
