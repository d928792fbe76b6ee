import { createHook } from 'node:async_hooks'

/** How many promises are made while something is done: no clock and no other program changes that. */
export async function promisesIn(work: () => unknown): Promise<number> {
  let count = 0
  const hook = createHook({
    init: (_, type) => {
      if (type === 'PROMISE') count += 1
    },
  }).enable()
  try {
    const working = work()
    if (working instanceof Promise) await working
  } finally {
    hook.disable()
  }
  return count
}
