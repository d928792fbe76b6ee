import { describe, it } from '@jest/globals'
import { memoryStorage, sharedMemory } from '../../../adapters/storage/memory/index.ts'
import { storageSuite } from '../../../lib/testing/storage-suite.ts'

storageSuite(
  'storages that share a memory',
  () => {
    const memory = sharedMemory()
    return { open: () => memoryStorage(memory), close: () => undefined }
  },
  { describe, it },
  { durable: true, names: true },
)
