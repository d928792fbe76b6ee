import type { Position } from '../../../contracts/history.ts'
import type { SyncEvent } from '../../../events.ts'
import type { CommandCompletion } from '../../../flushout.ts'
import type { Flush, Open } from '../../../protocol/messages.ts'
import type { Settlement } from '../../../replica/pending.ts'
import type { Fail, Ledger, Rare } from './ledger.ts'
import { isAmbiguous, isSame, isShown, Made, wayOf } from './made.ts'
import { type AnyCommand, type Json, play } from './replay.ts'

/** What one user of a document did and was told, from when it was opened until it was closed or its process died. */
export class Book {
  readonly name: string
  readonly mades: Made[] = []
  readonly #ledger: Ledger
  readonly #fail: Fail
  readonly #losses: number
  readonly #rare: Rare
  readonly #reports = { rejected: 0, dropped: 0, unknown: 0 }
  /** Two things waited under one name, so it cannot be told which is meant. */
  #isFuzzy = false
  #waiting: Made[] = []
  #confirmed = 0
  #isRegressed = false
  /** What it held and was lost, until it is told; and how many losses it was told of. */
  #owed: Position | undefined
  #toldLosses = 0
  isOver = false
  /** What those who ran before on the same device made. Nobody knows how much of it was kept, and how much answered. */
  readonly #inherited: ReadonlySet<Made>
  /** Whether it may show some of that, also what they were told the end of and had not written yet. */
  #showsInherited: boolean

  constructor(name: string, ledger: Ledger, fail: Fail, rare: Rare, before?: Book) {
    this.#inherited = new Set(before && [...before.#inherited, ...before.mades])
    this.#waiting = [...this.#inherited].filter(({ isWaiting }) => isWaiting)
    this.#isFuzzy = this.#waiting.length > 0
    this.#showsInherited = this.#inherited.size > 0
    this.#rare = rare
    this.name = name
    this.#losses = ledger.losses
    this.#ledger = ledger
    this.#fail = (invariant, what) => fail(invariant, `${name}: ${what}`)
  }

  get waiting(): readonly Made[] {
    this.#waiting = this.#waiting.filter((made) => made.isWaiting)
    return this.#waiting
  }

  /** A command that was applied here. */
  made(number: number, command: AnyCommand, createdId: string | undefined, view: object): Made {
    const path = command.path ?? []
    if (command.action === 'create' && (command.props as Json | undefined)?.by !== number) this.#isFuzzy = true
    if (isAmbiguous(path, view, this.waiting)) this.#isFuzzy = true
    const made = new Made(number, command, createdId, wayOf(path, view, this.waiting))
    this.mades.push(made)
    this.#waiting.push(made)
    return made
  }

  settled(made: Made, settlement: Settlement): void {
    if (made.settlement) return this.#fail('I11', `${made.number} was settled twice.`)
    made.settlement = settlement
    if (this.isOver) return
    switch (settlement.type) {
      case 'confirmed':
      case 'rewritten':
        if (!made.wasTaken && !made.isInDoubt)
          this.#fail('I4', `${made.number} was told to be ${settlement.type}, and is not in the history.`)
        if (!this.#isFuzzy && settlement.createdId !== made.createdId)
          this.#fail('I10', `${made.number} made ${settlement.createdId}; it was known as ${made.createdId}.`)
        return
      case 'rejected':
        if (!made.wasRefused && !made.isInDoubt)
          this.#fail('I11', `${made.number} was rejected (${settlement.code}), the history does not say so.`)
        return
      case 'dropped':
        if (made.sent) this.#fail('I9', `${made.number} was dropped (${settlement.code}), though it was sent.`)
        return
      case 'unknown':
        if (!this.#ledger.mayForget)
          this.#fail('I4', `${made.number} is unknown (${settlement.reason}), and nothing was lost or forgotten.`)
    }
  }

  told(event: SyncEvent): void {
    switch (event.type) {
      case 'rejected':
      case 'dropped':
      case 'unknown':
        if (!this.#tellsInherited(event.command as AnyCommand)) this.#reports[event.type]++
        return
      case 'regressed':
        if (this.#ledger.losses === 0) this.#fail('I16', 'It was told of a loss, and there was none.')
        this.#isRegressed = true
        this.#owed = undefined
        this.#toldLosses = this.#ledger.losses
        return
      case 'synced':
        if (event.commandCount < this.#confirmed && !this.#isRegressed)
          this.#fail('I8', `It went back from ${this.#confirmed} to ${event.commandCount}.`)
        this.#confirmed = event.commandCount
        this.#isRegressed = false
        return
      case 'renamed':
        return this.#renamed(event.path, event.id)
    }
  }

  opens({ position }: Open): void {
    // Whatever sends what others left behind need not say once more what was said.
    const isTold = this.#toldLosses === this.#ledger.losses
    if (position && position.count > 0 && !isTold && this.#ledger.hasLost(position)) this.#owed = position
  }

  /** A flush as it was said: the first of what waits, unchanged. @returns what it is of */
  sends(flush: Flush): (Made | undefined)[] {
    if (this.#inherited.size > 0) return this.#guess(flush)
    const { client, after, completions } = flush
    const { waiting } = this
    if (waiting.length > completions.length) this.#rare('flush split')
    if (waiting[0]?.sent) this.#rare('flush sent again')
    return completions.map((completion, i) => {
      const made = waiting[i]
      const seq = after + 1 + i
      if (!made) {
        this.#fail('I6', `It sends ${seq}, which nobody made: ${JSON.stringify(completion)}`)
        return undefined
      }
      this.#compare(made, client, seq, completion)
      return made
    })
  }

  /** A record is told that is not the answer to a flush. */
  hears(client: string, seq: number): void {
    if (this.waiting.some(({ sent }) => sent?.client === client && sent.seq <= seq))
      this.#rare('answer found in a record')
  }

  /** What is shown must be some state of the history with what waits on top. */
  shows(text: string, commandCount: number): void {
    const { waiting } = this
    if (this.#showsInherited || (this.#isFuzzy && waiting.length > 0)) return
    for (let count = commandCount; count >= Math.max(0, commandCount - waiting.length); count--) {
      for (const base of this.#ledger.textsAt(count)) {
        if (waiting.length === 0 && base === text) return
        if ([true, false].some((holdsBack) => this.#withWaiting(base, waiting, holdsBack) === text)) return
      }
    }
    this.#fail(
      'I8',
      `It shows ${text} at ${commandCount} with ${waiting.length} waiting, which no prefix of the history gives.`,
    )
  }

  /** Nothing is pending any more: what was not kept, or waits in a queue of its own, is not shown. */
  rests(): void {
    this.#waiting = this.#waiting.filter((made) => !this.#inherited.has(made))
    this.#showsInherited = false
  }

  /** The process dies, or the document is closed: nothing more is told. What is kept may be found by the next. */
  ends(isKept = false): void {
    this.isOver = true
    if (isKept) return
    for (const made of this.waiting) made.isGone = true
  }

  /** Whether something that was kept has neither reached the history nor been refused. */
  get owes(): boolean {
    return this.mades.some((made) => this.#owes(made))
  }

  #owes({ isKept, isInDoubt, settlement, wasTaken, wasRefused, wasTold }: Made): boolean {
    const isAnswered = settlement || wasTaken || wasRefused || wasTold
    return isKept && !isInDoubt && !isAnswered && !this.#ledger.mayForget
  }

  /** When everything has come to rest. */
  check(): void {
    for (const made of this.mades) {
      const { settlement, number } = made
      if (!settlement && !this.isOver) this.#fail('I12', `${number} still waits: ${JSON.stringify(made.command)}`)
      if (made.isInDoubt) continue
      const isTold = settlement?.type === 'confirmed' || settlement?.type === 'rewritten'
      if (isTold && !made.isGone && made.inHistory !== 1 && !made.wasLost)
        this.#fail('I4', `${number} was ${settlement.type}, and the history has it ${made.inHistory} times.`)
      if (settlement?.type === 'rejected' && made.inHistory > 0 && !made.wasLost)
        this.#fail('I11', `${number} was rejected, and is in the history.`)
      if (settlement?.type === 'dropped' && made.inHistory > 0 && !this.isOver)
        this.#fail('I11', `${number} was dropped, and is in the history.`)
      if (this.#owes(made)) this.#fail('I4', `${number} was kept, and is lost: ${JSON.stringify(made.command)}`)
    }
    if (this.isOver) return
    if (this.#owed && this.#owed.count > this.#ledger.trimmed)
      this.#fail('I16', 'It held what was lost, and was not told.')
    // An heir is told once more what came of what it did not make.
    if (this.#inherited.size > 0) return
    for (const type of ['rejected', 'dropped', 'unknown'] as const) {
      const count = this.mades.filter(({ settlement }) => settlement?.type === type).length
      if (count !== this.#reports[type])
        this.#fail('I11', `${count} were ${type}, and ${this.#reports[type]} were reported.`)
    }
  }

  #compare(made: Made, client: string, seq: number, { command, createdId }: CommandCompletion): void {
    // Where it leads may have another name by now, which is looked at below.
    const text = JSON.stringify([{ ...command, path: undefined }, createdId])
    const { sent } = made
    // Where something was lost, numbers may begin again; when its clients know of it is theirs.
    const isFresh = !sent || this.#ledger.losses > this.#losses || this.#ledger.hasForgotten
    if (!isFresh && (sent.client !== client || sent.seq !== seq))
      this.#fail('I2', `${made.number} was sent as ${sent.seq} of ${sent.client}, and now as ${seq} of ${client}.`)
    if (!isFresh && sent.text !== text) this.#fail('I5', `${made.number} was sent as ${sent.text}, and now as ${text}.`)
    made.sent = { client, seq, text }
    const is = command as AnyCommand
    for (const field of ['action', 'props', 'parentDefault', 'id', 'unset'] as const) {
      if (JSON.stringify(is[field]) !== JSON.stringify(made.command[field]))
        this.#fail('I5', `${made.number} is sent with another ${field}: ${text}, not ${JSON.stringify(made.command)}`)
    }
    if (this.#isFuzzy) return
    if (createdId !== made.createdId)
      this.#fail('I10', `${made.number} is sent with the id ${createdId}, not ${made.createdId}.`)
    if (!isSame(is.path ?? [], made.path))
      this.#fail('I10', `${made.number} is sent with the path ${is.path}, not ${made.path}.`)
  }

  /** Whoever takes over what a process left behind sends what of it was kept, and nobody knows how much that was. */
  #guess({ client, after, completions }: Flush): (Made | undefined)[] {
    return completions.map((completion, i) => {
      const seq = after + 1 + i
      const made = this.#meant(client, seq, completion.command as AnyCommand)
      if (!made) return undefined
      if (this.#inherited.has(made)) this.#rare('sent by an heir')
      made.sent = { client, seq, text: JSON.stringify([completion.command, completion.createdId]) }
      return made
    })
  }

  #meant(client: string, seq: number, command: AnyCommand): Made | undefined {
    const all = [...this.#inherited, ...this.mades]
    const known = all.find(({ sent }) => sent?.client === client && sent.seq === seq)
    if (known && isLike(known, command)) return known
    const unsent = all.filter((made) => this.#mayWait(made) && (!made.sent || this.#ledger.mayForget))
    const isNameless = command.action === 'delete'
    // Deletes all look alike, and places are made again and renamed: only who made them could tell which is meant.
    const possible = unsent.filter((made) => (isNameless ? made.command.action === 'delete' : isLike(made, command)))
    if (possible.length === 1) return possible[0]
    if (possible.length === 0) this.#fail('I6', `It sends ${seq}, which nobody made: ${JSON.stringify(command)}`)
    for (const made of possible) made.isInDoubt = true
    this.#rare('in doubt which is sent')
    return undefined
  }

  /** What a process dropped, or heard to be taken, in the moment that it died may have been kept as waiting. */
  #mayWait(made: Made): boolean {
    return made.isWaiting || (this.#inherited.has(made) && (made.settlement?.type === 'dropped' || made.wasLost))
  }

  #tellsInherited(command: AnyCommand): boolean {
    if (command.action === 'delete') {
      for (const made of this.#inherited) made.isInDoubt ||= made.command.action === 'delete'
      return this.#inherited.size > 0
    }
    const made = [...this.#inherited].find((one) => !one.wasTold && isLike(one, command))
    if (!made) return false
    made.wasTold = true
    made.isGone = true
    return true
  }

  #renamed(path: readonly string[], id: string): void {
    const meant = this.waiting.filter((made) => isSame(made.place, path))
    if (meant.length > 1) this.#isFuzzy = true
    const [made] = meant
    if (made) made.createdId = id
  }

  /**
   * The document with what waits on top. Some creates no longer wait: one that was refused, or one that stands there
   * already as it was taken and the record of it is forgotten. Whether they hold back what was made under them depends
   * on what has come since.
   */
  #withWaiting(base: string, waiting: readonly Made[], holdsBack: boolean): string {
    const document = JSON.parse(base) as Json
    const aside = new Set<string | Made>()
    for (const made of waiting) {
      if (isShown(made, document)) {
        if (holdsBack) aside.add(made)
        continue
      }
      const isUnder = made.way.some((key) => aside.has(key) || (holdsBack && wasRefused(key)))
      if (isUnder || play(document, { ...made.command, path: made.path }, made.createdId)) aside.add(made)
    }
    if (aside.size > 0) this.#rare('sent command set aside')
    return JSON.stringify(document)
  }
}

const wasRefused = (key: string | Made): boolean => typeof key !== 'string' && key.settlement?.type === 'rejected'

const isLike = (made: Made, other: AnyCommand): boolean =>
  made.command.action === other.action &&
  JSON.stringify(made.command.props) === JSON.stringify(other.props) &&
  (other.action !== 'delete' || isSame(made.path, other.path ?? []))
