import { existsSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { ensure } from './installed.mjs'

const candidates = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** Where Chromium is: what the environment variable `CHROMIUM` says, or where systems put it; `undefined` if nowhere. */
export const chromiumPath = () => candidates.find((path) => path && existsSync(path))

if (import.meta.url === pathToFileURL(process.argv[1]).href) ensure('chromium', 'CHROMIUM', chromiumPath)
