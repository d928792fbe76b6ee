/**
 * One request: a whole short session. What was said before is said again, at the positions that the client has reached,
 * so any host can answer, and none keeps anything for the next.
 */
export interface Ask {
  /** Said again: hello, and an `open` for each document that it is about. Only what is new since is told. */
  readonly resume: readonly unknown[]
  /** Said for the first time, and answered. */
  readonly say: readonly unknown[]
  /** Milliseconds to wait for news; without it the request ends when all that is said is answered. */
  readonly wait?: number
}

/** Its text, of messages that are texts already. */
export function bodyOf(resume: readonly unknown[], say: readonly string[], wait: number | undefined): string {
  const waiting = wait === undefined ? '' : `,"wait":${wait}`
  return `{"resume":${JSON.stringify(resume)},"say":[${say.join(',')}]${waiting}}`
}

/** Milliseconds that a host holds a request, unless it is told otherwise. */
export const defaultPollTime = 25_000

export const mediaType = 'application/json'

/** Names one client's opening of one document. */
export const openingKey = (document: unknown, client: unknown): string => JSON.stringify([document, client])
