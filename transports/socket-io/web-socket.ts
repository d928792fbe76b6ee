/** The part of a WebSocket of `ws` that ends it by force. Those of browsers have no such thing, and need none. */
export interface WebSocketOfNode extends EventTarget {
  readonly readyState: number
  terminate(): void
}

/** Milliseconds that the other end has to take what is left and to answer a goodbye. */
export const partingTime = 5_000

/**
 * The WebSocket of Node in a transport of engine.io, if it has one. engine.io keeps it to itself and only ever closes it
 * in order, upon which `ws` waits 30 s for an answer that a silent line does not give.
 */
export function webSocketIn(transport: object, field: 'socket' | 'ws'): WebSocketOfNode | undefined {
  const webSocket: Partial<WebSocketOfNode> | undefined | null = Reflect.get(transport, field)
  return typeof webSocket?.terminate === 'function' ? (webSocket as WebSocketOfNode) : undefined
}

export function isClosed(webSocket: WebSocketOfNode): boolean {
  return webSocket.readyState === 3
}
