import { rmSync } from 'node:fs'
import { dirname } from 'node:path'

export default function teardown() {
  rmSync(dirname(process.env.MILLRACE_PACKED), { recursive: true, force: true })
}
