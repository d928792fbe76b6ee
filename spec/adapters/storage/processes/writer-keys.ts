/** What was answered. */
export interface Told {
  readonly document: string
  readonly count: number
}

/** What each write writes, in the order of the keys. */
export const keys = ['a', 'b', 'c', 'count']
