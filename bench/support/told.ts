import { combineLatest, map, type Observable } from 'rxjs'
import type { Cost } from '../programs/fan-out-server.ts'
import { Remote } from './remote.ts'

/** What a round of telling everybody cost, and what was heard. */
export interface Told extends Cost {
  readonly batches: number
  readonly characters: number
  /** Milliseconds, of each delivery. */
  readonly delays: readonly number[]
}

/** A round: so many batches, with some under way, or one every so many milliseconds. */
export interface Play {
  readonly batches: number
  readonly inFlight?: number
  readonly interval?: number
  /** Clients say how far they are whenever all have heard so many more. */
  readonly reportEvery: number
  /** Whether delays are measured. */
  readonly isTimed: boolean
}

/** A server in a process, and its clients in two. */
export class Served {
  readonly #name: string
  readonly #server: Remote
  readonly #crowds = [new Remote('fan-out-clients'), new Remote('fan-out-clients')]

  private constructor(name: string, path: string) {
    this.#name = name
    this.#server = new Remote('fan-out-server', path)
  }

  static async to(name: string, path: string, sockets: number): Promise<Served> {
    const served = new Served(name, path)
    const port = await served.#server.ask<number>('listen')
    await served.#all('connect', port, sockets / served.#crowds.length)
    return served
  }

  async play({ batches, inFlight, interval, reportEvery, isTimed }: Play): Promise<Told> {
    await this.#all('begin', reportEvery, isTimed)
    const heard$ = this.#crowds.map((crowd) => crowd.news$() as Observable<number>)
    const passing = combineLatest(heard$)
      .pipe(map((heard) => Math.min(...heard)))
      .subscribe((heard) => void this.#server.ask('heard', heard))
    const cost = await (interval === undefined
      ? this.#server.ask<Cost>('run', batches, inFlight)
      : this.#server.ask<Cost>('pace', batches, interval))
    passing.unsubscribe()
    const ends = await this.#all<Pick<Told, 'characters' | 'delays'>>('end')
    return {
      ...cost,
      batches,
      characters: ends.reduce((sum, { characters }) => sum + characters, 0),
      delays: ends.flatMap(({ delays }) => delays),
    }
  }

  async end(): Promise<void> {
    await Promise.all([this.#server, ...this.#crowds].map((remote) => remote.end()))
  }

  #all<R = void>(ask: string, ...args: readonly unknown[]): Promise<R[]> {
    return Promise.all(this.#crowds.map((crowd) => crowd.ask<R>(ask, this.#name, ...args)))
  }
}
