import { readFileSync } from 'node:fs'

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'))
const addressed = Object.keys(packages).filter((path) => 'resolved' in packages[path] && !packages[path].link)

if (addressed.length > 0) {
  console.error(`package-lock.json names the place that ${addressed.length} packages came from: ${addressed[0]}, ….`)
  console.error('Write it again without: npm install --omit-lockfile-registry-resolved')
  process.exitCode = 1
}
