export { type Applied, Done, Failed } from './applied.ts'
export { type Client, type ClientConfig, createClient } from './client/client.ts'
export { ConnectedProxy } from './client/connected-proxy.ts'
export type { Keeping } from './client/keeping.ts'
export type { LineStatus } from './client/line.ts'
export type { DocumentStatus, FlushPolicy, OpenOptions } from './client/opening.ts'
export type {
  AppendResult,
  Batch,
  ClientRecord,
  History,
  HistoryAdapter,
  Outcome,
  Position,
  Retention,
  Verdict,
} from './contracts/history.ts'
export type { Entry, Storage } from './contracts/storage.ts'
export type { SessionInfo, SessionSource, Transport, Via } from './contracts/transport.ts'
export { type At, Cursor } from './cursor.ts'
export { replay } from './document/replay.ts'
export { type Context, type DocumentKind, type DocumentKinds, type DocumentOf, document } from './documents.ts'
export { type Environment, realEnvironment } from './environment.ts'
export { type ErrorCode, hasCode, MillraceError } from './errors.ts'
export type { CommandEvent, Origin, Refused, RefusedEvent, SyncEvent } from './events.ts'
export {
  type ApplyResult,
  type Command,
  CommandAction,
  type CommandCompletion,
  type CommandInterception,
  type CompletionBatch,
  type CompletionError,
  type FlushResult,
  type HistoryProvider,
  type Interceptor,
  type Model,
  type Result,
  type Snapshot,
  type Sync,
} from './flushout.ts'
export { Master, type MasterConfig, type MasterEvent } from './master.ts'
export { PathMapper } from './path-mapper.ts'
export { defaultLimits, type Limits } from './protocol/limits.ts'
export type { ClientMessage, ServerMessage } from './protocol/messages.ts'
export { DocumentProxy as Proxy, type ProxyConfig } from './proxy.ts'
export type { Settlement } from './replica/pending.ts'
