import { describe, expect, it } from '@jest/globals'
import { memoryHistory } from '../../../adapters/history/memory/index.ts'
import { type Break, brokenHistories } from '../../../lib/testing/broken-histories.ts'
import { historySuite } from '../../../lib/testing/history-suite.ts'

/** The laws of the suite as a framework would be handed them. */
function lawsOver(fault: Break): ReadonlyMap<string, () => Promise<void>> {
  const laws = new Map<string, () => Promise<void>>()
  historySuite(
    'collected',
    ({ retention }) => {
      const shared = fault(memoryHistory({ retention }))
      return { open: () => shared, close: () => undefined }
    },
    {
      describe: (_, body) => body(),
      it: (name, body) => void laws.set(name, body),
    },
    { durable: false, channel: 'store', patience: 200 },
  )
  return laws
}

/** Which law finds which fault, and what it says of it. */
const findings: readonly (readonly [fault: string, law: string, says: string])[] = [
  [
    'turns away a reader that comes before the beginning',
    'lets readers wait for its beginning, which may be another than theirs',
    'Expected what was read',
  ],
  [
    'takes an older snapshot for the newest',
    'holds nothing before the first append',
    'Expected the answer to a snapshot: "regressed", found "saved"',
  ],
  ['takes its head for its beginning', 'begins with its first append', 'Expected the snapshot that is loaded'],
  ['reorders batches that come in one turn', 'begins at any count', 'Expected what is read from there'],
  [
    'appends the batches of one append one by one',
    'begins without a batch',
    'Expected the answer to an append at the head: "appended", found "not_at_head"',
  ],
  [
    'puts the first append of a second host behind that of the first',
    'lets the first of two hosts begin a history',
    'Expected the answers to two first appends: ["appended","not_at_head"], found ["appended","appended"]',
  ],
  [
    'forgets the first initial document for the second',
    'needs the initial document no more once it has begun',
    'Expected the snapshot that is loaded',
  ],
  [
    'compares counts and not marks',
    'appends at the head alone, and names it',
    'Expected the answer at other of 2: {"type":"not_at_head"',
  ],
  [
    'tells two racing appends that they won',
    'lets exactly one of two racing appends win',
    'Expected the answers to two racing appends: ["appended","not_at_head"], found ["appended","appended"]',
  ],
  [
    'appends the batches of one append one by one',
    'appends all of its batches or none',
    'Expected the record of the one that fits, and the head: [null,',
  ],
  [
    'merges batches that come in one turn',
    'keeps apart and in order the batches of one append',
    'Expected the batches in the history',
  ],
  [
    'compares counts and not marks',
    'counts a batch without completions by its mark alone',
    'Expected the answer at the count of the head, at another mark',
  ],
  [
    'strings together what does not follow',
    'refuses as a mistake what does not follow',
    'Expected: a TypeError, not {"type":"appended"}',
  ],
  [
    'forgets what became of a flush',
    'keeps of each client what became of its last flush',
    'Expected the record of ann',
  ],
  [
    'answers with the record it found first',
    'answers every opener from the head',
    'Expected the seq and the head, right after an append',
  ],
  [
    'keeps a record under the client alone',
    'keeps a record under client and subject together',
    'Expected the seqs of clients and subjects that look alike',
  ],
  [
    'accepts a flush that leaves a gap',
    'says of a flush whether it was seen, leaves a gap or has changed',
    'Expected the verdict on 4 to 5 of ann: ["gap"], found "appended"',
  ],
  [
    'takes a flush that has changed for the same',
    'says of a flush whether it was seen, leaves a gap or has changed',
    'Expected the verdict on 0 to 3 of ann: ["conflict"], found ["seen"]',
  ],
  [
    'takes for changed what it no longer knows',
    'does not call changed what the record no longer knows',
    'Expected the verdict on a flush of long ago: ["seen"], found ["conflict"]',
  ],
  [
    'appends the batches of one append one by one',
    'judges a batch by those before it in the same append',
    'Expected the verdicts on a flush and on the same again',
  ],
  [
    'completes behind the past',
    'reads the past, then what is appended, in order',
    'Expected the batches that are read',
  ],
  ['loses a batch without completions', 'reads from the end of any batch', 'Expected the batches that are read'],
  ['loses a batch without completions', 'shows a batch without completions', 'Expected the batches that are read'],
  ['has a seam between past and live', 'has no seam between past and live while others append', 'is read'],
  [
    'shows a batch twice',
    'has no seam between past and live while others append',
    'Expected the number of batches that 60 appends make: 60, found 61',
  ],
  ['shows a batch twice', 'reads what fills many pages, each batch once', 'Expected the batches that are read'],
  [
    'goes on after unsubscribing',
    'is cold, and serves each reader alone',
    'Expected whether a reader that stopped got no more: true, found false',
  ],
  [
    'goes on after unsubscribing',
    'says nothing more once unsubscribed, inside next too',
    'Expected what was read up to unsubscribing',
  ],
  [
    'begins at the snapshot where it does not hold a position',
    'ends with regressed where it does not hold the position',
    'the reader ends with regressed',
  ],
  [
    'forgets the first initial document for the second',
    'loads the newest snapshot',
    'Expected the snapshot that is loaded',
  ],
  [
    'takes an older snapshot for the newest',
    'ignores a snapshot older than the newest',
    'Expected the answer to an older snapshot: "older", found "saved"',
  ],
  [
    'takes a snapshot of another history',
    'refuses a snapshot of a position it does not hold',
    'Expected the answer to a snapshot of another history: "regressed", found "saved"',
  ],
  [
    'takes an older snapshot for the newest',
    'tells snapshots of one count apart by the order of the batches',
    'Expected the answer to an older one: "older", found "saved"',
  ],
  [
    'shows what is left where batches were trimmed',
    'trims what lies far behind the newest snapshot, and says so to who comes for it',
    'the reader ends with history_trimmed',
  ],
  [
    'trims what lies behind the newest snapshot',
    'never trims behind the newest snapshot',
    'Expected what is read from the newest snapshot',
  ],
  [
    'shows what is left where batches were trimmed',
    'trims batches without completions too',
    'the reader ends with history_trimmed',
  ],
  [
    'forgets records with the batches they belong to',
    'keeps records when it trims',
    'Expected the record behind a trim',
  ],
  [
    'never forgets a record',
    'keeps a record as long as the batch that it is of, and as long again as it is told',
    'Expected the seq of a client that is away, commands later: [1,1,1,null,null,null], found [1,1,1,1,1,1]',
  ],
  [
    'forgets records with the batches they belong to',
    'never keeps a record shorter than its batch',
    'Expected the seq of a client whose batch is there',
  ],
  [
    'forgets without a trace',
    'calls a flush expired that may be of a record that is forgotten',
    'Expected the verdict on what was taken: ["expired"], found "appended"',
  ],
  [
    'calls expired whatever is of a new client',
    'takes the flush of a new client from where nothing is forgotten, held or trimmed',
    'Expected the answer to an append at the head: "appended", found "refused"',
  ],
  [
    'takes what was sent from another history while it has forgotten nothing',
    'calls a flush expired that was sent from a position of another history',
    'Expected the verdict on a flush from other of 2: ["expired"], found "appended"',
  ],
  [
    'takes what was sent from another history from whom it knows',
    'calls a flush expired that was sent from a position of another history',
    'Expected the verdict on what would follow the record of its client: ["expired"], found "appended"',
  ],
  [
    'takes with a beginning what was sent before it',
    'has forgotten what was before a beginning above 0',
    'Expected the verdict on a flush with the beginning: ["expired"], found "appended"',
  ],
  [
    'does not mind what a snapshot is saved with',
    'keeps as much as a snapshot is saved with',
    'Expected the seq of a client, where much is kept',
  ],
  [
    'forgets a record that is used while it looks',
    'forgets no record that is used meanwhile',
    'Expected the seq of a client whose flush was appended: 3, found undefined',
  ],
  [
    'reorders batches that come in one turn',
    'leaves no hole where a trim races a reader',
    'Expected what is read while it is trimmed',
  ],
  ['makes objects of empty arrays', 'gives back every JSON value as it was', 'Expected a batch'],
  [
    'makes one history of ids that look alike',
    'gives equal ids the same history, and keeps all others apart',
    'Expected the answer to an append at the head: "appended", found "not_at_head"',
  ],
  ['answers on when it is closed', 'rejects every call with closed once it is closed', 'the reader ends with closed'],
  [
    'makes one channel of all',
    'carries messages of a channel, as they come, to every opener',
    'Expected what is heard on a channel',
  ],
]

describe('historySuite', () => {
  it.each(findings)('rejects a history that %s: it %s', async (fault, law, says) => {
    const run = lawsOver(brokenHistories[fault] as Break).get(law)
    await expect(run?.()).rejects.toThrow(says)
  })

  it('has a law for each broken history', () => {
    expect(Object.keys(brokenHistories).filter((fault) => !findings.some(([its]) => its === fault))).toEqual([])
  })

  it('has a broken history for each law', () => {
    const laws = [...lawsOver((sound) => sound).keys()]
    expect(laws.filter((law) => !findings.some(([, its]) => its === law))).toEqual([])
  })
})
