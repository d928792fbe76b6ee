import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { lmdbHistory } from '../../../adapters/history/lmdb/index.ts'
import { createHost } from '../../../lib/host/index.ts'
import { httpListener } from '../../../transports/http/server.ts'
import { documents } from '../../support/documents.ts'

// Serves the lists in a folder by HTTP, and tells the one that started it where. Arguments: the folder, the poll time.

const [folder = '', pollTime] = process.argv.slice(2)
const host = createHost({ documents, history: lmdbHistory(folder, { pollInterval: 10 }) })
const http = createServer(httpListener(host, { pollTime: Number(pollTime) }))
http.listen(0, '127.0.0.1', () => process.send?.((http.address() as AddressInfo).port))
process.on('disconnect', () => {
  http.close()
  void host.close()
})
