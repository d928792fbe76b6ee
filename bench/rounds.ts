/** The middle one. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] as number
}

/**
 * The median time of each contender in milliseconds, by name. They take turns, each round in another order, so that
 * whatever else the machine does meets them alike; the first round warms up and does not count.
 */
export async function race(
  rounds: number,
  contenders: Readonly<Record<string, () => unknown>>,
): Promise<Record<string, number>> {
  const names = Object.keys(contenders)
  const times = new Map<string, number[]>(names.map((name) => [name, []]))
  for (let round = 0; round <= rounds; round++) {
    for (let i = 0; i < names.length; i++) {
      const name = names[(round + i) % names.length] as string
      const start = performance.now()
      await contenders[name]?.()
      if (round > 0) times.get(name)?.push(performance.now() - start)
    }
  }
  return Object.fromEntries(names.map((name) => [name, median(times.get(name) ?? [])]))
}

export const milliseconds = (time: number): string => `${time < 10 ? time.toFixed(2) : time.toFixed(1)} ms`
