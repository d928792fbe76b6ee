/** What comes within so many milliseconds; rejects with what was waited for. */
export async function within<T>(milliseconds: number, what: string, coming: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Waited ${milliseconds} ms in vain for ${what}.`)), milliseconds)
  })
  return Promise.race([coming, late]).finally(() => clearTimeout(timer))
}
