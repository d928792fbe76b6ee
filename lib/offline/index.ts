export type { Keeping } from '../client/keeping.ts'
export { type OfflineOptions, offline } from './offline.ts'
