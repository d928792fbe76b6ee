import { readFileSync } from 'node:fs'

const files = ['package-lock.json', 'bench/package-lock.json', 'examples/frameworks/compilers/package-lock.json']

for (const file of files) {
  const { packages } = JSON.parse(readFileSync(file, 'utf8'))
  const addressed = Object.keys(packages).filter((path) => 'resolved' in packages[path] && !packages[path].link)
  if (addressed.length === 0) continue
  console.error(`${file} names the place that ${addressed.length} packages came from: ${addressed[0]}, ….`)
  console.error('Write it again without: npm install --omit-lockfile-registry-resolved')
  process.exitCode = 1
}
