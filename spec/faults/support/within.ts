/** Milliseconds after which something is waited for in vain, however busy the machine is. */
const patience = 40_000

/** The same for a whole spec, so that what it waits for in vain is named. */
export const longEnough = 5 * patience

/** What comes in time; rejects with what was waited for. */
export async function within<T>(what: string, coming: Promise<T>, milliseconds = patience): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Waited ${milliseconds} ms in vain for ${what}.`)), milliseconds)
  })
  return Promise.race([coming, late]).finally(() => clearTimeout(timer))
}

export const pause = (milliseconds: number): Promise<void> => new Promise((next) => setTimeout(next, milliseconds))

/** Asks again and again until it is so. */
export async function until(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  milliseconds?: number,
): Promise<void> {
  let isOver = false
  const asking = async () => {
    while (!isOver && !(await isSo())) await pause(100)
  }
  await within(what, asking(), milliseconds).finally(() => {
    isOver = true
  })
}
