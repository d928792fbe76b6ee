import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { ensure } from './installed.mjs'

const found = (...candidates) => candidates.find((path) => path && existsSync(path))

/** Where nginx is: what the environment variable `NGINX` says, or where systems put it; `undefined` if nowhere. */
export const nginxPath = () => found(process.env.NGINX, '/usr/sbin/nginx', '/usr/local/sbin/nginx')

/** The same of curl, by `CURL`. */
export const curlPath = () => found(process.env.CURL, '/usr/bin/curl', '/usr/local/bin/curl')

/** The same of Redis, by `REDIS_SERVER`. */
export const redisServerPath = () =>
  found(process.env.REDIS_SERVER, '/usr/bin/redis-server', '/usr/local/bin/redis-server')

// By its name, for it may be bundled into another program.
if (basename(process.argv[1] ?? '') === 'programs.mjs') {
  ensure('nginx-light', 'NGINX', nginxPath)
  ensure('curl', 'CURL', curlPath)
  // Where a system starts what it installs, this is one more on a port that no spec uses.
  ensure('redis-server', 'REDIS_SERVER', redisServerPath)
}
