/** What pages of one origin share to take turns; `undefined` where the browser has none, or the page is not secure. */
const webLocks = (): LockManager | undefined => (globalThis as { navigator?: Navigator }).navigator?.locks

/** Takes a name until it is let go or the page is gone. `undefined` where another has it, or nobody can tell. */
export function takeName(name: string): Promise<(() => void) | undefined> {
  return new Promise((resolve, reject) => {
    const hold = (lock: Lock | null) => {
      if (lock) return new Promise<void>((letGo) => resolve(letGo))
      resolve(undefined)
      return undefined
    }
    const locks = webLocks()
    if (locks) locks.request(name, { ifAvailable: true }, hold).catch(reject)
    else resolve(undefined)
  })
}

/** The names that are held by any page. */
export async function heldNames(): Promise<readonly string[]> {
  const { held = [] } = (await webLocks()?.query()) ?? {}
  return held.flatMap(({ name = [] }) => name)
}

/** Longer than any page that runs has its turn. A page that was stopped in its turn keeps it. */
const patience = 10_000

/** Does something while no other page does, in the order of the calls. Where pages cannot tell, it is done at once. */
export async function alone<T>(name: string, work: (isTogether: boolean) => Promise<T>): Promise<T> {
  const locks = webLocks()
  if (!locks) return work(false)
  return (await locks.request(name, { signal: AbortSignal.timeout(patience) }, () => work(true))) as T
}
