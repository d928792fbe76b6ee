const [shortest, longest] = [1, 50]
const halfLife = 100

/**
 * How long to wait between two appends to a document that other hosts append to as well, in milliseconds. A lost race is
 * work for nothing, here and in the history, so each doubles it; and it halves with time, for winners and losers alike, or
 * whoever won once would keep the others out. It settles where few are lost, however many hosts take part and however long
 * an append takes, and what comes up meanwhile goes together. Who is alone loses none, and does not wait.
 */
export class Pace {
  #interval = 0
  #since = 0

  lost(now: number): void {
    this.#interval = Math.min(longest, Math.max(shortest, 2 * this.#at(now)))
    this.#since = now
  }

  /** The next wait; 0 where there is no need. Who has just lost comes before who has won. `random` is in [0, 1). */
  wait(now: number, random: number, hasLost: boolean): number {
    const interval = this.#at(now)
    if (interval < shortest) return 0
    return hasLost ? interval * random : interval * (0.75 + random / 2)
  }

  #at(now: number): number {
    return this.#interval * 0.5 ** (Math.max(0, now - this.#since) / halfLife)
  }
}
