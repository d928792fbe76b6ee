import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defer, firstValueFrom, retry } from 'rxjs'
import { nginxPath } from '../checks/programs.mjs'

/** A real nginx. */
export interface Nginx {
  readonly port: number
  close(): Promise<void>
}

/** Starts nginx with this inside of `http { … }`, in which `$port` is the port that it listens to. */
export async function nginx(http: string): Promise<Nginx> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-nginx-'))
  const port = await freePort()
  writeFileSync(join(folder, 'nginx.conf'), configuration(folder, http.replaceAll('$port', String(port))))
  const child = spawn(nginxPath() ?? 'nginx', ['-p', folder, '-c', 'nginx.conf', '-e', 'error.log'], {
    stdio: 'inherit',
  })
  const closed = once(child, 'close')
  await firstValueFrom(defer(() => reach(port)).pipe(retry({ delay: 20, count: 250 })))
  return {
    port,
    async close() {
      child.kill('SIGTERM')
      await closed
      rmSync(folder, { recursive: true })
    },
  }
}

const configuration = (folder: string, http: string): string => `
daemon off;
master_process off;
pid ${folder}/pid;
events {}
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join('\n  ')}
  ${http}
}
`

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function reach(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
  } finally {
    socket.destroy()
  }
}
