/** The ways to others, and what people call them. */
export const ways = {
  'socket-io': 'WebSocket',
  http: 'HTTP polling',
  ladder: 'WebSocket, else polling',
  shared: 'One socket for all tabs',
  'broadcast-channel': 'Tabs of this browser',
} as const

export type Way = keyof typeof ways

export const isWay = (name: unknown): name is Way => typeof name === 'string' && Object.hasOwn(ways, name)

/** Where the lists are that a way leads to: those of one are not those of the other. */
export const placeOf = (way: Way): 'server' | 'browser' => (way === 'broadcast-channel' ? 'browser' : 'server')
