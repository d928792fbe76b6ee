import type { Server } from 'node:http'

/** What every client has open. */
export const listId = 'list/shopping'

export const initialList = { title: '' }

/** Says something to everybody who has the list open. */
export type Broadcast = (title: string) => void

/** Serves the list over the sockets of a server. */
export type ServeBroadcast = (http: Server) => Promise<Broadcast>

/** Stands before the time in what is said with one. */
export const timeMark = 'at='
