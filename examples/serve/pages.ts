import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { extname, join } from 'node:path'

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Buffer
}

type Named = [path: string, answer: Answer]

/** What a path tells at the time, as JSON. */
export interface Told {
  readonly status: number
  readonly body: object
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webmanifest': 'application/manifest+json',
}

// All that a page needs comes from here; a socket on the same port is 'self' in every browser of today.
const policy = "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"

/**
 * Answers with the built pages, which it reads once, so that no path from outside ever names a file: those of `named` at
 * theirs, whatever else looks like a page with `other`, the paths of `told` with what these tell. Beside them is what keeps
 * a name: the icons, and the service worker.
 */
export function pages(
  folder: string,
  told: Readonly<Record<string, () => Told>>,
  named: Readonly<Record<string, string>> = { '/flushout': 'flushout-todo/index.html' },
  other = 'todo/index.html',
): RequestListener {
  const files = new Map<string, Answer>([
    ...filesIn(join(folder, 'assets')).map((name): Named => [`/assets/${name}`, asset(join(folder, 'assets', name))]),
    ...filesIn(folder).map((name): Named => [`/${name}`, page(join(folder, name))]),
    ...Object.entries(named).map(([path, name]): Named => [path, page(join(folder, name))]),
  ])
  const rest = page(join(folder, other))

  function answerTo(path: string): Answer {
    const tell = Object.hasOwn(told, path) ? told[path] : undefined
    if (tell) return json(tell())
    if (path.startsWith('/assets/')) return files.get(path) ?? text(404, 'There is no such file here.')
    return files.get(path) ?? rest
  }

  return (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return send(request, response, text(405, 'Only GET and HEAD.'))
    const [path = '/'] = (request.url ?? '/').split('?')
    send(request, response, answerTo(path))
  }
}

function send(
  { method, headers }: IncomingMessage,
  response: ServerResponse,
  { status, headers: own, body }: Answer,
): void {
  const isKnown = own.etag !== undefined && headers['if-none-match'] === own.etag
  response.writeHead(isKnown ? 304 : status, { ...own, 'x-content-type-options': 'nosniff' })
  response.end(isKnown || method === 'HEAD' ? undefined : body)
}

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isFile() ? [entry.name] : []))

/** Its name changes with what is in it, so whoever has it need not ask again. */
const asset = (file: string): Answer => fileAnswer(file, { 'cache-control': 'public, max-age=31536000, immutable' })

const page = (file: string): Answer =>
  fileAnswer(file, { 'cache-control': 'no-cache', 'content-security-policy': policy })

function fileAnswer(file: string, headers: Record<string, string>): Answer {
  const body = readFileSync(file)
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
  const type = types[extname(file)] ?? 'application/octet-stream'
  return {
    status: 200,
    headers: { ...headers, etag, 'content-type': type, 'content-length': String(body.length) },
    body,
  }
}

const json = ({ status, body }: Told): Answer => ({
  status,
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
  body: JSON.stringify(body),
})

const text = (status: number, body: string): Answer => ({ status, headers: { 'content-type': 'text/plain' }, body })
