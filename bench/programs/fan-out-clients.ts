import assert from 'node:assert/strict'
import { once } from 'node:events'
import WebSocket from 'ws'
import { timeMark } from '../support/broadcast.ts'
import { answering, tell } from '../support/remote.ts'
import { type Speech, speeches } from '../support/speech.ts'

// Sockets that take what comes and do little with it, so that the server is what is measured.

/** All sockets to one server. */
class Crowd {
  readonly #speech: Speech
  readonly #sockets: WebSocket[] = []
  readonly #heard: number[] = []
  /** The texts of this round, as the first one heard them, and how many have. */
  #texts: string[] = []
  #by: number[] = []
  #every = 1
  #delays: number[] | undefined
  #characters = 0

  constructor(name: string) {
    this.#speech = speeches[name] as Speech
  }

  async connect(port: number, count: number): Promise<void> {
    for (let i = 0; i < count; i++) await this.#connect(port, i)
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

  /** What was heard in this round: how much, and after how many milliseconds each; the same by everybody, or it throws. */
  end(): { readonly characters: number; readonly delays: readonly number[] } {
    assert.equal(new Set(this.#texts).size, this.#texts.length)
    assert(this.#heard.every((heard) => heard === this.#texts.length))
    return { characters: this.#characters, delays: this.#delays ?? [] }
  }

  async #connect(port: number, index: number): Promise<void> {
    const { path, opening, ready, news } = this.#speech
    const answers = this.#speech.answers(`client-${process.pid}-${index}`)
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { perMessageDeflate: false })
    this.#sockets.push(socket)
    this.#heard.push(0)
    const isReady = new Promise<void>((resolve) => {
      socket.on('message', (data: Buffer) => {
        const text = data.toString('latin1')
        if (text.startsWith(news)) return this.#hear(index, text)
        if (text === '2') return socket.send('3')
        for (const [heard, said] of answers) if (text.startsWith(heard)) for (const one of said) socket.send(one)
        if (text.startsWith(ready)) resolve()
      })
    })
    await once(socket, 'open')
    for (const one of opening) socket.send(one)
    await isReady
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

/** The text has the time at which it was sent. */
function delayOf(text: string): number {
  const at = text.lastIndexOf(timeMark) + timeMark.length
  return Number(process.hrtime.bigint() - BigInt(text.slice(at, at + 20))) / 1e6
}

const crowds = new Map<string, Crowd>()
const crowd = (name: string): Crowd => {
  const known = crowds.get(name) ?? new Crowd(name)
  crowds.set(name, known)
  return known
}

answering({
  connect: (name: string, port: number, count: number) => crowd(name).connect(port, count),
  begin: (name: string, every: number, isTimed: boolean) => crowd(name).begin(every, isTimed),
  end: (name: string) => crowd(name).end(),
})
