import { createClient } from 'millrace'
import { socketIoTransport } from 'millrace/transports/socket-io'
import type { documents } from '../../todo/documents.ts'
import { nameOf } from '../../todo/lists.ts'
import { newsOf } from '../../todo/news.ts'

/** The list that the URL names: `/react?list=weekend`. */
export const id: `list/${string}` = `list/${new URLSearchParams(location.search).get('list') ?? 'shopping'}`

/** What to call it. */
export const name = nameOf(id)

/** The one connection of this page. */
export const client = createClient<typeof documents>({ transport: socketIoTransport(location.origin) })

export const list = client.open(id)

/** What was done here and refused, until it is dismissed. */
export const news = newsOf(list)
