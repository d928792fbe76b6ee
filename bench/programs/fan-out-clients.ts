import assert from 'node:assert/strict'
import { once } from 'node:events'
import WebSocket from 'ws'
import type { ClientMessage, Commands } from '../../lib/protocol/messages.ts'
import { answering, tell } from '../support/remote.ts'

// Sockets that take what comes and do little with it, so that the server is what is measured. Each speaks socket.io by hand.

const opening = '42["m",'
const batchBegins = `${opening}{"type":"commands"`
const snapshotBegins = `${opening}{"type":"snapshot"`

/** All sockets to one server. */
class Crowd {
  readonly #sockets: WebSocket[] = []
  readonly #heard: number[] = []
  /** The texts of this round, as the first one heard them, and how many have. */
  #texts: string[] = []
  #by: number[] = []
  #every = 1
  #delays: number[] | undefined
  #characters = 0

  async connect(port: number, count: number, hears: boolean): Promise<void> {
    for (let i = 0; i < count; i++) await this.#connect(port, i, hears)
  }

  /** From now on batches are numbered anew. Says whenever everybody has heard so many more. */
  begin(every: number, isTimed: boolean): void {
    this.#texts = []
    this.#by = []
    this.#heard.fill(0)
    this.#every = every
    this.#delays = isTimed ? [] : undefined
    this.#characters = 0
  }

  /** What was heard in this round: how much, and after how many milliseconds each; in order by everybody, or it throws. */
  end(): { readonly characters: number; readonly delays: readonly number[] } {
    const counts = this.#texts.map((text) => {
      const [, { from }] = JSON.parse(text.slice(2)) as [string, Commands]
      return from
    })
    assert(counts.every((from, i) => from === (counts[0] as number) + i))
    assert(this.#heard.every((heard) => heard === this.#texts.length))
    return { characters: this.#characters, delays: this.#delays ?? [] }
  }

  async #connect(port: number, index: number, hears: boolean): Promise<void> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`, {
      perMessageDeflate: false,
    })
    this.#sockets.push(socket)
    this.#heard.push(0)
    const ready = new Promise<void>((resolve) => {
      socket.on('message', (data: Buffer) => {
        const text = data.toString('latin1')
        if (text.startsWith(batchBegins)) this.#hear(index, text)
        else if (text === '2') socket.send('3')
        else if (text.startsWith('40')) {
          if (!hears) return resolve()
          for (const message of introduction(index)) socket.send(`${opening}${JSON.stringify(message)}]`)
        } else if (text.startsWith(snapshotBegins)) resolve()
      })
    })
    await once(socket, 'open')
    socket.send('40')
    await ready
  }

  #hear(index: number, text: string): void {
    const number = this.#heard[index] as number
    this.#heard[index] = number + 1
    this.#characters += text.length
    if (number === this.#texts.length) {
      this.#texts.push(text)
      this.#by.push(0)
    } else if (this.#texts[number] !== text) throw new Error(`Socket ${index} heard ${text} instead.`)
    this.#delays?.push(delayOf(text))
    const by = (this.#by[number] as number) + 1
    this.#by[number] = by
    if (by === this.#sockets.length && (number + 1) % this.#every === 0) tell(number + 1)
  }
}

const introduction = (index: number): readonly ClientMessage[] => [
  { type: 'hello', protocol: 1 },
  { type: 'open', document: 'list/shopping', client: `client-${process.pid}-${index}` },
]

const title = '"title":"'

/** The text has the time at which it was sent. */
function delayOf(text: string): number {
  const at = text.lastIndexOf(title) + title.length
  return Number(process.hrtime.bigint() - BigInt(text.slice(at, at + 20))) / 1e6
}

const crowds = new Map<string, Crowd>()
const crowd = (name: string): Crowd => {
  const known = crowds.get(name) ?? new Crowd()
  crowds.set(name, known)
  return known
}

answering({
  connect: (name: string, port: number, count: number) => crowd(name).connect(port, count, name === 'millrace'),
  begin: (name: string, every: number, isTimed: boolean) => crowd(name).begin(every, isTimed),
  end: (name: string) => crowd(name).end(),
})
