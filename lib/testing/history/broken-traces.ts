import type { Batch, Position } from '../../contracts/history.ts'
import { altering, type Break } from './broken.ts'

/** Histories that are wrong about what they may have forgotten. */
export const brokenTraces: Readonly<Record<string, Break>> = {
  'forgets without a trace': altering((sound) => ({
    append: (position, batches, initial) => sound.append(position, batches.map(fromAnywhere), initial),
  })),
  'takes what was sent from another history while it has forgotten nothing': altering((sound) => {
    let hasSaved = false
    return {
      save(position, document, retention) {
        hasSaved = true
        return sound.save(position, document, retention)
      },
      append: (position, batches, initial) =>
        sound.append(position, hasSaved ? batches : batches.map(fromAnywhere), initial),
    }
  }),
  'takes what was sent from another history from whom it knows': altering((sound) => ({
    append: (position, batches, initial) =>
      sound.append(
        position,
        batches.map((batch) => (batch.after > 0 ? fromAnywhere(batch) : batch)),
        initial,
      ),
  })),
  'takes with a beginning what was sent before it': altering((sound) => ({
    async append(position, batches, initial) {
      return sound.append(position, (await sound.load()) ? batches : batches.map(fromAnywhere), initial)
    },
  })),
  'calls expired whatever is of a new client': altering((sound) => ({
    append: (position, batches, initial) => sound.append(position, batches.map(fromNowhere), initial),
  })),
}

const fromAnywhere = ({ sentFrom, ...batch }: Batch): Batch => batch

const nowhere: Position = { count: 0, mark: 'nowhere' }

const fromNowhere = (batch: Batch): Batch =>
  batch.sentFrom && batch.after === 0 ? { ...batch, sentFrom: nowhere } : batch
