import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { filter, firstValueFrom, fromEvent, map, merge, type Observable, share } from 'rxjs'

interface Question {
  readonly number: number
  readonly ask: string
  readonly args: readonly unknown[]
}

type Told =
  | { readonly number: number; readonly answer: unknown }
  | { readonly number: number; readonly error: string }
  | { readonly news: unknown }

// Threads that collect garbage beside spin while a busy machine keeps them from work: that would count as CPU.
const flags = ['--expose-gc', '--single-threaded-gc']

/** A program of `bench/programs` in a process of its own. */
export class Remote {
  readonly #child: ChildProcess
  readonly #told: Observable<Told>
  readonly #name: string
  #questions = 0

  constructor(name: string, ...args: readonly string[]) {
    this.#name = [name, ...args].join(' ')
    const program = fileURLToPath(new URL(`./programs/${name}.mjs`, import.meta.url))
    this.#child = fork(program, args, { serialization: 'advanced', execArgv: [...flags, ...process.execArgv] })
    const died = fromEvent(this.#child, 'exit').pipe(
      map(() => {
        throw new Error(`${name} ended.`)
      }),
    )
    this.#told = merge(
      fromEvent(this.#child, 'message', (told: Told) => told),
      died,
    ).pipe(share())
  }

  /** Calls what the program answers by this name. */
  ask<R = void>(name: string, ...args: readonly unknown[]): Promise<R> {
    const number = ++this.#questions
    const answer = firstValueFrom(
      this.#told.pipe(
        filter((told) => 'number' in told && told.number === number),
        map((told) => {
          if ('error' in told) throw new Error(`${this.#name}: ${told.error}`)
          return (told as { answer: unknown }).answer as R
        }),
      ),
    )
    this.#child.send({ number, ask: name, args } satisfies Question)
    return answer
  }

  /** What the program says unasked. */
  news$(): Observable<unknown> {
    return this.#told.pipe(
      filter((told) => 'news' in told),
      map((told) => (told as { news: unknown }).news),
    )
  }

  async end(): Promise<void> {
    const ended = once(this.#child, 'exit')
    this.#child.disconnect()
    await ended
  }
}

/** What a program answers, by name. It ends with the process that started it. */
export function answering(answers: Readonly<Record<string, (...args: never[]) => unknown>>): void {
  async function answer({ number, ask, args }: Question): Promise<Told> {
    try {
      return { number, answer: await (answers[ask] as (...args: readonly unknown[]) => unknown)(...args) }
    } catch (error) {
      return { number, error: error instanceof Error ? (error.stack ?? '') : String(error) }
    }
  }
  process.on('disconnect', () => process.exit())
  process.on('message', (question: Question) => {
    void answer(question).then((told) => process.send?.(told))
  })
}

/** Says something that nobody asked for. */
export const tell = (news: unknown): void => void process.send?.({ news } satisfies Told)
