/** A bug that is put into a module while it is bundled: in each file the one text is replaced by the other. */
export interface PlantedFault {
  readonly name: string
  readonly edits: readonly (readonly [file: string, text: string, instead: string])[]
  /** Within how many seeds it must be found. */
  readonly within: number
}

const log = 'lib/testing/simulator/log.ts'
const history = 'lib/testing/simulator/history.ts'
const replica = 'lib/replica/replica.ts'
const proxy = 'lib/client/connected-proxy.ts'
const outbox = 'lib/client/outbox.ts'
const answers = 'lib/client/answers.ts'
const judge = 'lib/judge.ts'
const openDocument = 'lib/host/open-document.ts'
const turns = 'lib/host/turns.ts'
const tree = 'lib/document/tree.ts'

const everythingFits = [log, 'if (batch.after === seq) {', 'if (true) {'] as const
const noRecord = [log, 'return this.#records.get(keyOf({ client, by }))?.record', 'return undefined'] as const

export const plantedFaults: readonly PlantedFault[] = [
  // A history that does not do what its contract says.
  { name: 'a history keeps no records, and takes everything', within: 40, edits: [everythingFits, noRecord] },
  {
    name: 'a record is written a moment after its batch',
    within: 200,
    edits: [
      [
        log,
        'this.#records.set(keyOf(batch), { record: recordFrom(batch), number: this.#batches.length })',
        'this.#later(() => this.#records.set(keyOf(batch), { record: recordFrom(batch), number: 1 }))',
      ],
      [
        log,
        '  #forget(upTo',
        '  #later(work: () => void): void { this.whenDurable(work, () => undefined) }\n  #forget(upTo',
      ],
      everythingFits,
    ],
  },
  {
    name: 'a batch is read before it is durable',
    within: 40,
    edits: [
      [log, 'Math.min(this.#durable, index + most)', 'Math.min(this.#batches.length, index + most)'],
      [log, 'const end = index <= this.#durable ? this.#end(index) : undefined', 'const end = this.#end(index)'],
      [
        history,
        'log.whenDurable(() => answer(result), fail)\n        })\n      },\n\n      record',
        'for (const wake of [...log.grown]) wake()\n log.whenDurable(() => answer(result), fail)\n        })\n      },\n\n      record',
      ],
    ],
  },
  {
    name: 'a position is looked up by its count alone',
    within: 200,
    edits: [
      [log, 'a.count === b.count && a.mark === b.mark', 'a.count === b.count'],
      ['lib/host/history-replica.ts', 'batch.follows !== follows.mark || ', ''],
    ],
  },
  {
    name: 'a reader that misses a notice does not look for itself',
    within: 100,
    edits: [[history, 'if (!isOver) host.after(pollInterval, look)', '']],
  },
  {
    name: 'an append is taken on top of whatever is there',
    within: 40,
    edits: [
      [log, 'if (head ? !isAt(position, head) : initial === undefined)', 'if (head ? false : initial === undefined)'],
    ],
  },

  // A host that forgets a rule.
  {
    name: 'what was judged before a lost race is not judged again',
    within: 60,
    edits: [
      [
        judge,
        '  const wish = intercept(interceptor,',
        '  const wish = remembered(command, () => intercept(interceptor,',
      ],
      [judge, 'replica.tree.at(root) as T, command, context)', 'replica.tree.at(root) as T, command, context))'],
      [
        judge,
        'const depends = {',
        'const verdicts = new Map<string, Verdict | undefined>()\nfunction remembered(command: KeptCommand, ask: () => Verdict | undefined): Verdict | undefined {\n  const key = JSON.stringify(command)\n  if (!verdicts.has(key)) verdicts.set(key, ask())\n  return verdicts.get(key)\n}\n\nconst depends = {',
      ],
    ],
  },
  {
    name: 'all flushes of an append get the outcome of the first',
    within: 60,
    edits: [[turns, 'outcome: judged.outcome,', 'outcome: this.#group[0]?.judged.outcome ?? judged.outcome,']],
  },
  {
    name: 'a rejected command takes those behind it along',
    within: 20,
    edits: [[judge, 'places.depends(kept) ? depends', 'rejected.length > 0 || places.depends(kept) ? depends']],
  },
  {
    name: 'what was made under a refused create is taken',
    within: 100,
    edits: [[judge, 'places.depends(kept) ? depends :', 'false ? depends :']],
  },
  {
    name: 'a rename is not told',
    within: 200,
    edits: [[judge, 'renamedIds.push({ seq, id: entry.createdId })', 'void seq']],
  },
  {
    name: 'changed props are not told',
    within: 20,
    edits: [[judge, 'if (isRewritten) rewritten.push', 'if (isRewritten && seq < 0) rewritten.push']],
  },
  {
    name: 'who may only read may write',
    within: 100,
    edits: [[openDocument, "if (right === 'write') {", 'if (right) {']],
  },
  {
    name: 'a document is sent with what is not yet in the history',
    within: 100,
    edits: [[openDocument, 'turns.replica.exposeConfirmed()', 'turns.replica.tree.expose([])']],
  },
  {
    name: 'a client is not told that the history went back',
    within: 100,
    edits: [[openDocument, '...(regressed && { regressed }),', '']],
  },

  // A client that forgets a rule.
  {
    name: 'what is sent again has changed',
    within: 40,
    edits: [
      [
        outbox,
        'const completion = completionOf(entry) as CommandCompletion',
        'const isResent = entry.seq > 0\n    const completion = completionOf({ ...entry, command: isResent ? { ...entry.command, resent: true } : entry.command } as never) as CommandCompletion',
      ],
    ],
  },
  {
    name: 'what is sent again gets new numbers',
    within: 60,
    edits: [
      [
        proxy,
        'this.outbox.open(record?.seq ?? 0)',
        'this.outbox.open(record?.seq ?? 0)\n        this.outbox.renumber(this.replica.pending)',
      ],
    ],
  },
  {
    name: 'what waits is dropped for a snapshot',
    within: 60,
    edits: [
      [
        proxy,
        'const leave = covered(this.replica.pending, record?.seq)\n    const answered = answer(this.replica.pending, leave, record',
        'const leave = this.replica.pending.length\n    const answered = answer(this.replica.pending, leave, record',
      ],
    ],
  },
  {
    name: 'a command that was sent is dropped where it does not apply',
    within: 60,
    edits: [[replica, 'if (entry.seq === 0) {', 'if (entry.seq >= 0) {']],
  },
  {
    name: 'what was made under a renamed object keeps the old name',
    within: 300,
    edits: [[answers, 'follow(pending, i + 1, place, [...place.slice(0, -1), id])', 'void follow']],
  },

  {
    name: 'a storage forgets what it said it had written',
    within: 60,
    edits: [
      [
        'lib/testing/simulator/storage.ts',
        'for (const change of changes) put(values, change)',
        "for (const change of changes) if (!change.key.includes('/') || expected.length === 0) put(values, change)",
      ],
    ],
  },

  // A tree that forgets a rule.
  {
    name: 'keys come back at the end',
    within: 60,
    edits: [[tree, '  restoreOrder(): void {', '  restoreOrder(): void {\n    if (this) return']],
  },
  {
    name: 'what was handed in is kept as it is',
    within: 20,
    edits: [
      [
        'lib/document/actions/create.ts',
        'const value = copyJson(props, bounds)',
        'const value = copyJson(props, bounds) && props',
      ],
    ],
  },
  {
    name: 'what was handed out is changed',
    within: 20,
    edits: [
      [tree, '  expose(path: Path): unknown {', '  expose(path: Path): unknown {\n    if (this) return this.at(path)'],
    ],
  },
  {
    name: 'pending commands are taken back in the wrong order',
    within: 60,
    edits: [
      [
        replica,
        'for (let i = this.pending.length - 1; i >= from; i--) {',
        'for (let i = from; i < this.pending.length; i++) {',
      ],
    ],
  },
]
