import type { Break } from './storage/broken.ts'
import { brokenEndings } from './storage/broken-endings.ts'
import { brokenKeeping } from './storage/broken-keeping.ts'
import { brokenWrites } from './storage/broken-writes.ts'

export type { Break } from './storage/broken.ts'

/** Storages with one fault each, by what it does, which `storageSuite` rejects: what it lets pass it does not test. */
export const brokenStorages: Readonly<Record<string, Break>> = { ...brokenWrites, ...brokenKeeping, ...brokenEndings }
