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
      async save(position, document, retention) {
        saved = true
        return sound.save(position, document, retention)
      },
      async record(client, by) {
        const { record, head } = await sound.record(client, by)
        return { record: saved ? undefined : record, head }
      },
    }
  }),
  'never forgets a record': altering((sound) => {
    const known = new Map<string, Awaited<ReturnType<History['record']>>['record']>()
    return {
      async record(client, by) {
        const { record, head } = await sound.record(client, by)
        const key = JSON.stringify([client, by])
        if (record) known.set(key, record)
        return { record: known.get(key), head }
      },
    }
  }),
  'forgets a record that is used while it looks': altering((sound) => {
    let appends = 0
    let forgets = false
    return {
      async append(position, batches, initial) {
        appends += 1
        try {
          return await sound.append(position, batches, initial)
        } finally {
          appends -= 1
        }
      },
      save(position, document, retention) {
        forgets ||= appends > 0
        return sound.save(position, document, retention)
      },
      async record(client, by) {
        const { record, head } = await sound.record(client, by)
        return { record: forgets ? undefined : record, head }
      },
    }
  }),
  'does not mind what a snapshot is saved with': altering((sound) => ({
    save: (position, document) => sound.save(position, document),
  })),
  'keeps a record under the client alone': altering((sound) => ({
    record: (client) => sound.record(client, 'subject'),
  })),
  'takes an older snapshot for the newest': altering((sound) => {
    let older: Awaited<ReturnType<History['load']>>
    return {
      async save(position, document, retention) {
        if ((await sound.save(position, document, retention)) !== 'older') return 'saved'
        older = { snapshot: { commandCount: position.count, document }, position }
        return 'saved'
      },
      load: async () => older ?? sound.load(),
    }
  }),
  'takes a snapshot of another history': altering((sound) => ({
    async save(position, document, retention) {
      const result = await sound.save(position, document, retention)
      return result === 'regressed' && (await sound.load()) ? 'saved' : result
    },
  })),
  'trims what lies behind the newest snapshot': altering((sound) => {
    let newest: Position | undefined
    return {
      async save(position, document, retention) {
        const result = await sound.save(position, document, retention)
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
