import { describe, it } from '@jest/globals'
import { memoryHistory } from '../../../adapters/history/memory/index.ts'
import { historySuite } from '../../../lib/testing/history-suite.ts'

historySuite(
  'a history in memory that two hosts share',
  ({ retention }) => {
    const shared = memoryHistory({ retention })
    return { open: () => shared, close: () => undefined }
  },
  { describe, it },
  { durable: false, channel: 'store' },
)
