/**
 * The type names and shapes of the npm package `flushout` 1.1.1, so that its users change the import and go on. The
 * `any` in here is that contract; it stays in this file.
 */

/** What a command does. Open to further actions; these three are always there. */
export const CommandAction = {
  Create: 'create',
  Update: 'update',
  Delete: 'delete',
} as const
export type CommandAction = (typeof CommandAction)[keyof typeof CommandAction]
export declare namespace CommandAction {
  type Create = 'create'
  type Update = 'update'
  type Delete = 'delete'
}

/**
 * The wish to change a document. `path` names an object in it; without one, the root. Without a type of its props it is
 * as loose as Flushout's, whose code reads them: that is the one `any` there is.
 */
export type Command<Props extends object = any> = { path?: string[] } & (
  | {
      action: CommandAction.Create
      props?: Props
      /** If the parent does not exist, it is created with this value. */
      parentDefault?: object
      /** A chosen id; where it is taken, the command fails with `exists` instead of being given another. */
      id?: string
    }
  | {
      action: CommandAction.Update
      props?: Partial<Props>
      /** Keys to take away. */
      unset?: string[]
    }
  | { action: CommandAction.Delete }
)

/** A command as it was applied, with the id it created. */
export interface CommandCompletion {
  command: Command
  createdId?: string
}

/** Completions that begin at commandCount `from`. */
export interface CompletionBatch {
  from: number
  completions: CommandCompletion[]
}

/** What `apply` answers at once. */
export type Result = { isSuccess: true; createdId?: string } | { isSuccess: false; error: string; code?: string }

/** A document and how many commands made it. */
export interface Snapshot<T extends object> {
  commandCount: number
  document: T
}

/** What became of the commands of a flush that were not taken as they were sent. */
export interface FlushOutcome {
  readonly rejected?: readonly { readonly seq: number; readonly code: string; readonly reason: string }[]
  readonly rewritten?: readonly { readonly seq: number; readonly props: unknown }[]
  readonly renamed?: readonly { readonly seq: number; readonly id: string }[]
}

/** What brings a Proxy to the Master's state: the commands it lacks, or all of it. */
export type Sync<T extends object> = {
  /** Ids that were renamed because they were taken: the old path, joined with commas, to the new one. */
  mappedPaths?: Record<string, string[]>
  /** What became of the commands of the flush, by their number in it from 1; what is not named was taken as it was sent. */
  outcome?: FlushOutcome
} & ({ isPartial: true; diff: CompletionBatch } | { isPartial: false; latest: Snapshot<T> })

/** A document that commands can be applied to. */
export interface Model<T extends object> {
  getDocument(): T
  getCommandCount(): number
  apply(command: Command, proposeCreateId?: string): Result
}

/** An interceptor's wish: reject the command, or apply it with other props. */
export type CommandInterception = { rejection: string } | { newProps: unknown }

/**
 * Lets a command pass (`undefined`), changes its props, or rejects it. Synchronous and without side effects: it may run
 * several times for one command. It is handed the live document for the length of the call and neither changes nor
 * keeps it.
 */
export type Interceptor<T extends object, C = unknown> = (
  document: T,
  command: Command,
  batchContext?: C,
) => undefined | CommandInterception

/** Why one command of a flush was not applied. */
export interface CompletionError {
  action: CommandAction
  path: string[]
  errorMessage: string
}

/** The completions between two command counts, or `undefined` where the history does not reach back so far. */
export type HistoryProvider = (from: number, to: number) => Promise<CommandCompletion[] | undefined>

/** What became of a flush at the Master. */
export interface ApplyResult<T extends object> {
  applied: CompletionBatch
  /** What the sending Proxy needs beyond its own commands; absent where they were taken as they are. */
  sync?: Sync<T>
  errors?: CompletionError[]
}

/** What became of a flush at the Proxy. */
export interface FlushResult {
  /** Whether ids in the document may have changed: so it is after every sync of a Master. */
  idsChanged: boolean
  error?: string
}
