import type { AppendResult, Batch, Position } from '../../contracts/history.ts'
import { altering, type Break } from './broken.ts'

type Judged = Extract<AppendResult, { type: 'refused' }>['verdicts'][number]

/** Histories that append what they must not, or not what they must. */
export const brokenAppends: Readonly<Record<string, Break>> = {
  'appends the batches of one append one by one': altering((sound) => ({
    async append(position, batches, initial) {
      let end = position
      for (const batch of batches) {
        const result = await sound.append(end, [batch], initial)
        if (result.type !== 'appended') return result
        end = endOf(batch)
      }
      return { type: 'appended' }
    },
  })),
  'tells two racing appends that they won': altering((sound) => ({
    async append(position, batches, initial) {
      const result = await sound.append(position, batches, initial)
      return result.type === 'not_at_head' && result.head ? { type: 'appended' } : result
    },
  })),
  'puts the first append of a second host behind that of the first': altering((sound) => ({
    async append(position, batches, initial) {
      const result = await sound.append(position, batches, initial)
      if (result.type !== 'not_at_head' || !result.head || !initial) return result
      return sound.append(result.head, moved(result.head, batches))
    },
  })),
  'compares counts and not marks': altering((sound) => ({
    async append(position, batches, initial) {
      const { head } = await sound.record('', '')
      if (head?.count !== position.count) return sound.append(position, batches, initial)
      return sound.append(head, moved(head, batches))
    },
  })),
  'strings together what does not follow': altering((sound) => ({
    append: (position, batches, initial) => sound.append(position, moved(position, batches), initial),
  })),
  'accepts a flush that leaves a gap': altering((sound) => ({
    async append(position, batches, initial) {
      const result = await sound.append(position, batches, initial)
      if (result.type !== 'refused' || !result.verdicts.some(({ verdict }) => verdict === 'gap')) return result
      const closed = batches.map((batch, index) => ({ ...batch, after: result.verdicts[index]?.record?.seq ?? 0 }))
      return sound.append(position, closed, initial)
    },
  })),
  'takes a flush that has changed for the same': judging(({ verdict }) => (verdict === 'conflict' ? 'seen' : verdict)),
  'takes for changed what it no longer knows': judging(({ verdict }) => (verdict === 'seen' ? 'conflict' : verdict)),
}

function judging(verdictOn: (judged: Judged) => Judged['verdict']): Break {
  return altering((sound) => ({
    async append(position, batches, initial) {
      const result = await sound.append(position, batches, initial)
      if (result.type !== 'refused') return result
      return { type: 'refused', verdicts: result.verdicts.map((one) => ({ ...one, verdict: verdictOn(one) })) }
    },
  }))
}

const endOf = (batch: Batch): Position => ({ count: batch.from + batch.completions.length, mark: batch.mark })

/** The same batches as if they followed this position, and each the one before it. */
function moved(position: Position, batches: readonly Batch[]): Batch[] {
  let end = position
  return batches.map((batch) => {
    const here = { ...batch, from: end.count, follows: end.mark }
    end = endOf(here)
    return here
  })
}
