import { fileStorage } from '../../../../adapters/storage/file/index.ts'

// Writes until there is no room, then something smaller, together with something that has no room.

/** What came of it. */
export interface Filled {
  readonly written: number
  readonly error: { readonly code: unknown; readonly message: string }
  readonly kept: number
  readonly afterwards: readonly unknown[]
}

const document = 'list/shopping'
const [folder] = process.argv.slice(2) as [string]
const storage = fileStorage(folder)
const put = (key: string, length: number) => storage.write(document, [], [{ key, value: 'x'.repeat(length) }])

async function fill(): Promise<Filled> {
  for (let written = 0; ; written += 1) {
    try {
      await put(`key ${written}`, 20_000)
    } catch (error) {
      const { code, message } = error as Error & { code: unknown }
      const kept = (await storage.read(document, '')).length
      const afterwards = await Promise.allSettled([put('small', 10), put('large', 50_000), put('small too', 10)])
      return {
        written,
        error: { code, message },
        kept,
        afterwards: afterwards.map((answer) => (answer.status === 'fulfilled' ? answer.value : answer.reason.code)),
      }
    }
  }
}

const filled = await fill()
await storage.close()
process.send?.(filled)
process.disconnect()
