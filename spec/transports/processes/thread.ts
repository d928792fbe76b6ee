import { workerData } from 'node:worker_threads'
import { memoryHistory } from '../../../adapters/history/memory/index.ts'
import { document } from '../../../lib/documents.ts'
import { createHost } from '../../../lib/host/host.ts'
import { serveBroadcastChannel } from '../../../transports/broadcast-channel/index.ts'

const documents = { list: document<object>({ initial: { title: '' } }) }

serveBroadcastChannel(createHost({ documents, history: memoryHistory() }), workerData)
