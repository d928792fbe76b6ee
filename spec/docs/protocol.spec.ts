import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, it } from '@jest/globals'
import { asyncScheduler, EMPTY, elementAt, firstValueFrom, ReplaySubject, Subject, type Subscription } from 'rxjs'
import { memoryHistory } from '../../adapters/history/memory/index.ts'
import { document } from '../../lib/documents.ts'
import type { Environment } from '../../lib/environment.ts'
import { createHost } from '../../lib/host/index.ts'
import type { ServerMessage } from '../../lib/protocol/messages.ts'

interface TodoList {
  title: string
  todos: Record<string, { title: string; done?: boolean }>
}

const documents = {
  list: document<TodoList>({
    initial: { title: '', todos: {} },
    interceptor: (_, { action, ...command }) =>
      action === 'create' && 'props' in command && !command.props.title
        ? { rejection: 'A todo needs a title.' }
        : undefined,
  }),
}

/** Names come in this order: the host, its writer, then marks and ids as they are needed. */
function environment(): Environment {
  const names = ['host', 'writer', 'oak', 'elm', 'ash', 'fir']
  return {
    now: () => 1_795_000_000_000,
    scheduler: asyncScheduler,
    random: () => 0,
    id: () => names.shift() ?? 'one name too many',
    hurry$: EMPTY,
  }
}

/** One person's sessions, one at a time: what was heard in the present one, behind its welcome. */
class Speaker {
  readonly #host: ReturnType<typeof createHost<typeof documents>>
  #said = new Subject<unknown>()
  #heard = new ReplaySubject<ServerMessage>()
  #line: Subscription | undefined
  #expected = 0

  constructor(host: ReturnType<typeof createHost<typeof documents>>) {
    this.#host = host
  }

  async say(message: unknown): Promise<void> {
    if (!this.#line) await this.#begin()
    this.#said.next(message)
  }

  hear(): Promise<ServerMessage> {
    return firstValueFrom(this.#heard.pipe(elementAt(this.#expected++)))
  }

  hangUp(): void {
    this.#line?.unsubscribe()
    this.#line = undefined
  }

  /** What was heard in this session so far, and nobody asked for. */
  rest(): ServerMessage[] {
    const rest: ServerMessage[] = []
    this.#heard.subscribe((message) => rest.push(message))
    return rest.slice(this.#expected)
  }

  async #begin(): Promise<void> {
    this.#said = new Subject()
    this.#heard = new ReplaySubject()
    this.#expected = 0
    this.#line = this.#host.session()(this.#said).subscribe(this.#heard)
    this.#said.next({ type: 'hello', protocol: 1 })
    expect(await this.hear()).toMatchObject({ type: 'welcome' })
  }
}

const transcript = [...readFileSync('PROTOCOL.md', 'utf8').matchAll(/^```transcript\n([\s\S]*?)^```$/gm)]
  .flatMap(([, text = '']) => text.trimEnd().split('\n'))
  .map((line) => /^(?<who>\w+) (?<what>[→←✕]) ?(?<message>.*)$/.exec(line)?.groups ?? { line })

describe('the transcript of PROTOCOL.md', () => {
  const host = createHost({ documents, history: memoryHistory(), environment: environment() })

  afterEach(() => host.close())

  it('is what a host and two clients say', async () => {
    const speakers = new Map(['ann', 'bob'].map((name) => [name, new Speaker(host)]))
    for (const { who = '', what, message = '' } of transcript) {
      const speaker = speakers.get(who) as Speaker
      if (what === '→') await speaker.say(JSON.parse(message))
      else if (what === '←') expect(await speaker.hear()).toEqual(JSON.parse(message))
      else speaker.hangUp()
    }
    expect(transcript.length).toBeGreaterThan(0)
    for (const speaker of speakers.values()) expect(speaker.rest()).toEqual([])
  })
})
