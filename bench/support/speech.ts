/** What a client says by hand, so that it costs little, and what it hears. Texts are compared by how they begin. */
export interface Speech {
  readonly path: string
  /** Said at first. */
  readonly opening: readonly (string | Buffer)[]
  /** What is answered to what. */
  readonly answers: (client: string) => readonly (readonly [heard: string, answer: readonly string[]])[]
  /** From here on it hears everything. */
  readonly ready: string
  /** A change. */
  readonly news: string
}

const socketIo = { path: '/socket.io/?EIO=4&transport=websocket', opening: ['40'], news: '42["m",{"type":"commands"' }
const said = (message: object) => `42["m",${JSON.stringify(message)}]`

/** A message of Hocuspocus: the name of its document, and what it is about. */
const about = (...bytes: readonly number[]) =>
  Buffer.concat([Buffer.from([8]), Buffer.from('shopping'), Buffer.from(bytes)])
const [sync, auth] = [0, 2]
const [stateVector, state, update] = [0, 1, 2]
const empty = [1, 0]

export const speeches: Readonly<Record<string, Speech>> = {
  raw: { ...socketIo, answers: () => [], ready: '40' },
  millrace: {
    ...socketIo,
    answers: (client) => [
      ['40', [said({ type: 'hello', protocol: 1 }), said({ type: 'open', document: 'list/shopping', client })]],
    ],
    ready: '42["m",{"type":"snapshot"',
  },
  sharedb: {
    path: '/',
    opening: ['{"a":"hs","id":null}'],
    answers: () => [['{"a":"hs"', ['{"a":"s","c":"lists","d":"shopping"}']]],
    ready: '{"data":',
    news: '{"a":"op"',
  },
  hocuspocus: {
    path: '/',
    opening: [about(auth, 0, 0), about(sync, stateVector, ...empty)],
    answers: () => [],
    ready: about(sync, state).toString('latin1'),
    news: about(sync, update).toString('latin1'),
  },
}
