import { existsSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { ensure } from './installed.mjs'

const found = (...candidates) => candidates.find((path) => path && existsSync(path))

/** Where nginx is: what the environment variable `NGINX` says, or where systems put it; `undefined` if nowhere. */
export const nginxPath = () => found(process.env.NGINX, '/usr/sbin/nginx', '/usr/local/sbin/nginx')

/** The same of curl, by `CURL`. */
export const curlPath = () => found(process.env.CURL, '/usr/bin/curl', '/usr/local/bin/curl')

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  ensure('nginx-light', 'NGINX', nginxPath)
  ensure('curl', 'CURL', curlPath)
}
