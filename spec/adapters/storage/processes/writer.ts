import { fileStorage } from '../../../../adapters/storage/file/index.ts'
import { keys, type Told } from './writer-keys.ts'

// Writes to each document it is named until it is killed, and tells of every write once that was answered.

const [folder, ...documents] = process.argv.slice(2) as [string, ...string[]]
const storage = fileStorage(folder)

async function writeForever(document: string): Promise<never> {
  const [kept] = await storage.read(document, 'count')
  let value = kept?.value
  for (;;) {
    const count = Number(value?.split(' ', 1)[0] ?? 0) + 1
    const next = `${count} ${'x'.repeat((count * 997) % 5_000)}`
    const changes = keys.map((key) => ({ key, value: next }))
    if (!(await storage.write(document, [{ key: 'count', value }], changes))) throw new Error('Somebody else wrote.')
    process.send?.({ document, count } satisfies Told)
    value = next
  }
}

await storage.hold('the writer')
await Promise.all(documents.map(writeForever))
