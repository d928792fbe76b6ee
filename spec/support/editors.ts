import { expect } from '@jest/globals'
import { filter, firstValueFrom } from 'rxjs'
import type { Applied } from '../../lib/applied.ts'
import { type Client, createClient } from '../../lib/client/client.ts'
import type { ConnectedProxy } from '../../lib/client/connected-proxy.ts'
import type { HistoryAdapter } from '../../lib/contracts/history.ts'
import type { Transport } from '../../lib/contracts/transport.ts'
import { realEnvironment } from '../../lib/environment.ts'
import type { ServerMessage } from '../../lib/protocol/messages.ts'
import type { Settlement } from '../../lib/replica/pending.ts'
import { type documents, initial, type List } from './documents.ts'
import { inStep } from './in-step.ts'
import { replayText } from './plain-replay.ts'
import { wholeHistory } from './whole-history.ts'

const listId = 'list/shopping'

interface Made {
  readonly title: string
  readonly settled: Promise<Settlement>
}

/** Somebody who edits the list, and remembers every todo that was asked for. */
export class Editor {
  readonly list: ConnectedProxy<List>
  readonly made: Made[] = []
  readonly states: string[] = []
  /** What came over the line out of its order. */
  readonly faults: ServerMessage[] = []
  readonly #name: string
  readonly #client: Client<typeof documents>

  /** Who shares a line hears what others are told, too, which is in nobody's step. */
  constructor(name: string, transport: Transport, isAlone = true) {
    this.#name = name
    // A line that broke is tried again at once.
    const environment = { ...realEnvironment, random: () => 0 }
    const watched = isAlone ? inStep(transport, (message) => this.faults.push(message)) : transport
    this.#client = createClient<typeof documents>({ transport: watched, environment })
    this.#client.status$.subscribe(({ state }) => this.states.push(state))
    this.list = this.#client.open(listId)
  }

  /** Adds a todo, ticks another one off, and now and then removes one; at once, whatever the line does. */
  edit(chance: () => number): void {
    const { list } = this
    const title = `${this.#name}-${this.made.length}`
    this.made.push({ title, settled: settled(list.at('todos').create({ title })) })
    const ids = Object.keys(list.at('todos').value ?? {})
    const id = ids[Math.floor(chance() * ids.length)]
    if (id === undefined) return
    if (chance() < 0.2) list.at('todos', id).delete()
    else list.at('todos', id).update({ done: chance() < 0.5 })
  }

  /** Resolves when it has so many commands, all of them confirmed. */
  async reaches(count: number): Promise<void> {
    await firstValueFrom(this.list.document$.pipe(filter(() => this.list.getCommandCount() >= count)))
  }

  close(): void {
    this.#client.close()
  }
}

function settled(applied: Applied): Promise<Settlement> {
  if (!applied.isSuccess) throw new Error(applied.error)
  return applied.settled
}

/** Nothing lost, nothing twice: all editors have what the history replays to, and each todo is in it once, or was refused. */
export async function expectAllOnce(editors: readonly Editor[], history: HistoryAdapter): Promise<void> {
  for (const { list } of editors) await list.flush()
  const completions = await wholeHistory(history, listId, initial)
  for (const editor of editors) {
    expect(editor.faults).toEqual([])
    await editor.reaches(completions.length)
    expect(JSON.stringify(editor.list.getDocument())).toBe(replayText(initial, completions))
  }
  const titles = completions.flatMap(({ command }) => (command.action === 'create' ? [command.props?.title] : []))
  for (const { title, settled } of editors.flatMap(({ made }) => made)) {
    const { type } = await settled
    expect([title, type]).toEqual([title, title.endsWith('7') ? 'rejected' : 'confirmed'])
    expect([title, titles.filter((one) => one === title).length]).toEqual([title, type === 'rejected' ? 0 : 1])
  }
}

/** A series of numbers in [0, 1) that is the same for the same seed. */
export function chanceOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
