export type { Keeping, Queue } from '../client/keeping.ts'
export { type OfflineOptions, offline } from './offline.ts'
