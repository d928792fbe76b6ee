import { throwError } from 'rxjs'
import type { History, Position } from '../../contracts/history.ts'
import { MillraceError } from '../../errors.ts'
import { altering, type Break } from './broken.ts'

/** Histories that do not keep what they should, or keep what they should not. */
export const brokenKeeping: Readonly<Record<string, Break>> = {
  'answers with the record it found first': altering((sound) => {
    const found = new Map<string, ReturnType<History['record']>>()
    return {
      record(client, by) {
        const key = JSON.stringify([client, by])
        const answer = found.get(key) ?? sound.record(client, by)
        found.set(key, answer)
        return answer
      },
    }
  }),
  'forgets records with the batches they belong to': altering((sound) => {
    let saved = false
    return {
      async save(position, document) {
        saved = true
        return sound.save(position, document)
      },
      async record(client, by) {
        const { record, head } = await sound.record(client, by)
        return { record: saved ? undefined : record, head }
      },
    }
  }),
  'keeps a record under the client alone': altering((sound) => ({
    record: (client) => sound.record(client, 'subject'),
  })),
  'takes an older snapshot for the newest': altering((sound) => {
    let older: Awaited<ReturnType<History['load']>>
    return {
      async save(position, document) {
        if ((await sound.save(position, document)) !== 'older') return 'saved'
        older = { snapshot: { commandCount: position.count, document }, position }
        return 'saved'
      },
      load: async () => older ?? sound.load(),
    }
  }),
  'takes a snapshot of another history': altering((sound) => ({
    async save(position, document) {
      const result = await sound.save(position, document)
      return result === 'regressed' && (await sound.load()) ? 'saved' : result
    },
  })),
  'trims what lies behind the newest snapshot': altering((sound) => {
    let newest: Position | undefined
    return {
      async save(position, document) {
        const result = await sound.save(position, document)
        if (result === 'saved') newest = position
        return result
      },
      read: (position) =>
        position.mark === newest?.mark
          ? throwError(() => new MillraceError('history_trimmed', 'All of it was trimmed.'))
          : sound.read(position),
    }
  }),
  'forgets the first initial document for the second': altering((sound) => {
    let last: object | undefined
    return {
      append(position, batches, initial) {
        last = initial ?? last
        return sound.append(position, batches, initial)
      },
      async load() {
        const loaded = await sound.load()
        return loaded && last && { ...loaded, snapshot: { ...loaded.snapshot, document: last } }
      },
    }
  }),
  'takes its head for its beginning': altering((sound) => ({
    async load() {
      const [loaded, { head }] = [await sound.load(), await sound.record('', '')]
      return loaded && head && { ...loaded, position: head }
    },
  })),
  'forgets what became of a flush': altering((sound) => ({
    async record(client, by) {
      const { record, head } = await sound.record(client, by)
      return { record: record && { ...record, outcome: {} }, head }
    },
  })),
  'makes one history of ids that look alike': (adapter) => ({
    ...adapter,
    open: (id) => adapter.open(id.trim().toLowerCase()),
  }),
  'makes one channel of all': (adapter) => ({ ...adapter, channel: () => adapter.channel('all') }),
  'answers on when it is closed': (adapter) => ({ ...adapter, close: () => Promise.resolve() }),
}
