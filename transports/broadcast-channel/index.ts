export { type BroadcastChannelOptions, broadcastChannelTransport } from './client.ts'
export type { LineOptions } from './line.ts'
export { type ServeBroadcastChannelOptions, serveBroadcastChannel } from './serve.ts'
