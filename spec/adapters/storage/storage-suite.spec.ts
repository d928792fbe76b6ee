import { describe, expect, it } from '@jest/globals'
import { memoryStorage, type SharedMemory, sharedMemory } from '../../../adapters/storage/memory/index.ts'
import type { Storage } from '../../../lib/contracts/storage.ts'
import { type Break, brokenStorages } from '../../../lib/testing/broken-storages.ts'
import { storageSuite } from '../../../lib/testing/storage-suite.ts'

/** The laws of the suite as a framework would be handed them, those for storages without names among them. */
function lawsOver(fault: Break): ReadonlyMap<string, () => Promise<void>> {
  const laws = new Map<string, () => Promise<void>>()
  for (const names of [false, true]) {
    storageSuite(
      'collected',
      () => {
        const memory = sharedMemory()
        const broken = fault()
        return { open: () => broken(names ? memoryStorage(memory) : withoutNames(memory)), close: () => undefined }
      },
      { describe: (_, body) => body(), it: (name, body) => void laws.set(name, body) },
      { durable: true, names, patience: 200 },
    )
  }
  return laws
}

const withoutNames = (memory: SharedMemory): Storage => ({ ...memoryStorage(memory), hold: async () => undefined })

/** Which law finds which fault, and what it says of it. */
const findings: readonly (readonly [fault: string, law: string, says: string])[] = [
  [
    'finds something in a document that is new',
    'holds nothing of a document before it is written',
    'Expected what is kept of it: [], found [["",""]]',
  ],
  [
    'never removes a key',
    'writes, overwrites and removes in one step',
    'Expected what was changed: [["b","two"],["c","3"],["d","4"]], found [["a","1"],',
  ],
  [
    'stumbles over the removal of what is not there',
    'takes as done what changes nothing',
    'Expected the answer to a write without a condition: true, found false',
  ],
  [
    'takes the first of several changes of a key',
    'takes the last of several changes of one key',
    'Expected what is kept: [["b","2"],["c","3"]], found [["a","1"],["b","1"]]',
  ],
  [
    'orders keys by their characters',
    'gives everything in the order of its keys, by UTF-16 code units',
    'Expected the keys in their order',
  ],
  [
    'gives all of a document, whatever part is asked for',
    'gives a part of it, by how its keys begin',
    'Expected what begins with "a":',
  ],
  [
    'takes the beginning of a key for a folder',
    'gives a part of it, by how its keys begin',
    'Expected what begins with "a":',
  ],
  [
    'never holds what is expected to be absent',
    'writes where all holds that is expected, also that a key is not there',
    'Expected the answer on a new document: true, found false',
  ],
  [
    'writes whatever is expected',
    'writes nothing where something does not hold that is expected',
    'Expected the answer where another value is expected: false, found true',
  ],
  [
    'looks at one expectation alone',
    'writes nothing where something does not hold that is expected',
    'Expected the answer where one of several is expected: false, found true',
  ],
  [
    'takes an empty text for none',
    'writes nothing where something does not hold that is expected',
    'Expected the answer where an empty text where there is none is expected: false, found true',
  ],
  [
    'writes, and then says that something expected did not hold',
    'writes nothing where something does not hold that is expected',
    'Expected what is kept where another value was expected',
  ],
  [
    'lets a later write overtake',
    'takes the calls of a document in the order in which they were made',
    'Expected the answers to writes that build on each other',
  ],
  [
    'shows what it read before',
    'shows what was written to every opener, at once',
    'Expected what another reads once it was written: "2", found "0"',
  ],
  [
    'answers before it has written',
    'shows what was written to every opener, at once',
    'Expected what another reads once it was written: "0", found undefined',
  ],
  [
    'looks first and writes later',
    'lets exactly one of two racing writes win',
    'Expected the answers to two racing writes: [false,true], found [true,true]',
  ],
  ['looks first and writes later', 'loses no step where several count with each other', 'Expected the count: "60"'],
  [
    'writes one change after the other',
    'never shows half of a write, nor an older one after a newer',
    'Expected what one write made',
  ],
  [
    'writes one document at a time, or not at all',
    'lets documents be written beside each other',
    'Another document is being written.',
  ],
  ['mends what is no sound Unicode', 'gives back any key and any text as they were', 'Expected what is kept'],
  ['ends a text at its first NUL', 'gives back any key and any text as they were', 'Expected what is kept'],
  [
    'takes ids that look alike for one',
    'keeps documents apart, whatever their ids',
    'Expected the document "list/shopping"',
  ],
  ['takes ids for paths', 'keeps documents apart, whatever their ids', 'Expected the document "list/shopping"'],
  ['strings ids and keys together', 'keeps ids and keys apart where together they look alike', 'Expected the value of'],
  [
    'cuts long texts',
    'holds texts of two million characters',
    'Expected whether "x" came back two million times: true, found false',
  ],
  ['holds a thousand keys', 'holds thousands of keys, written at once', 'Expected what is kept'],
  [
    'lets everybody hold a name',
    'lets one hold a name, and nobody else, not even itself again',
    'Expected: not to hold the name "a", which is taken',
  ],
  [
    'lets one storage hold a name again',
    'lets one hold a name, and nobody else, not even itself again',
    'Expected: not to hold the name "a", which is taken',
  ],
  [
    'gives a name to nobody where several ask at once',
    'gives a name that several ask for at once to one of them',
    'Expected how many have it: 1, found 0',
  ],
  [
    'never lets go of a name',
    'lets another have a name that was let go',
    'Expected within 200 ms: the name that was let go',
  ],
  [
    'lets go of what another holds',
    'lets go of what it holds itself, and once',
    'Expected: not to hold the name "a", which is taken',
  ],
  [
    'answers on when it is closed',
    'lets go of every name when it is closed, and of no other',
    'Expected within 200 ms: the name that was let go',
  ],
  ['makes one name of all', 'keeps names apart, whatever they are, and from documents', 'Expected: to hold the name'],
  [
    'gives names where it cannot tell',
    'gives nobody a name, for it cannot tell who has one',
    'Expected how many were given: 0, found 2',
  ],
  [
    'answers on when it is closed',
    'rejects every call with closed once it is closed',
    'Expected: read rejects with closed, not with an answer',
  ],
  [
    'drops what is under way when it is closed',
    'finishes what is under way before it is closed',
    'This storage was closed.',
  ],
  ['closes for all', 'goes on where another is closed', 'This storage was closed.'],
  [
    'forgets what was kept when it is closed',
    'holds all of it when it is opened again',
    'Expected what is kept: [["a","one"],["c","3"]], found []',
  ],
]

describe('storageSuite', () => {
  it.each(findings)('rejects a storage that %s: it %s', async (fault, law, says) => {
    const run = lawsOver(brokenStorages[fault] as Break).get(law)
    await expect(run?.()).rejects.toThrow(says)
  })

  it('has a law for each broken storage', () => {
    expect(Object.keys(brokenStorages).filter((fault) => !findings.some(([its]) => its === fault))).toEqual([])
  })

  it('has a broken storage for each law', () => {
    const laws = [...lawsOver(() => (sound) => sound).keys()]
    expect(laws.filter((law) => !findings.some(([, its]) => its === law))).toEqual([])
  })
})
