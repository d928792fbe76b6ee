import { existsSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { ensure } from './installed.mjs'

const candidates = [process.env.NGINX, '/usr/sbin/nginx', '/usr/local/sbin/nginx']

/** Where nginx is: what the environment variable `NGINX` says, or where systems put it; `undefined` if nowhere. */
export const nginxPath = () => candidates.find((path) => path && existsSync(path))

if (import.meta.url === pathToFileURL(process.argv[1]).href) ensure('nginx-light', 'NGINX', nginxPath)
