import { Observable, Subject } from 'rxjs'
import type { SessionInfo, SessionSource } from '../../contracts/transport.ts'
import type { ServerMessage } from '../../protocol/messages.ts'

/** One session as the host's side has it: what it heard, and the means to say, to end and to fail. */
export interface ScriptedSession {
  readonly info: SessionInfo
  readonly heard: readonly unknown[]
  readonly isOver: boolean
  say(...messages: ServerMessage[]): void
  end(): void
  fail(error: unknown): void
}

/** A source of sessions that do what they are told, and count what is done to them. */
export interface ScriptedSource extends SessionSource {
  /** In the order they began. */
  readonly sessions: readonly ScriptedSession[]
  /** After anything that happened to any of them. */
  readonly change$: Observable<unknown>
}

/** `script` is run for each session as it begins, before it listens. */
export function scriptedSource(
  script: (session: ScriptedSession) => void = () => {},
  maxMessageBytes = 65_536,
): ScriptedSource {
  const sessions: ScriptedSession[] = []
  const change$ = new Subject<void>()

  const session = (info: SessionInfo) => (incoming: Observable<unknown>) =>
    new Observable<ServerMessage>((subscriber) => {
      const heard: unknown[] = []
      const scripted: ScriptedSession = {
        info,
        heard,
        get isOver() {
          return subscriber.closed
        },
        say: (...messages) => messages.forEach((message) => subscriber.next(message)),
        end: () => subscriber.complete(),
        fail: (error) => subscriber.error(error),
      }
      subscriber.add(() => change$.next())
      sessions.push(scripted)
      script(scripted)
      subscriber.add(
        incoming.subscribe((message) => {
          heard.push(message)
          change$.next()
        }),
      )
      change$.next()
    })

  return { session, sessions, change$: change$.asObservable(), maxMessageBytes }
}
