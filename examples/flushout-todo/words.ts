import type { ApplyResult, CommandCompletion, CompletionBatch } from 'millrace'

/** A command as it is: `create todos/1 {"title":"Coffee"}`. */
export function commandText({ command, createdId }: CommandCompletion): string {
  const path = [...(command.path ?? []), ...(createdId === undefined ? [] : [createdId])].join('/')
  const props = command.action === 'delete' ? '' : JSON.stringify(command.props)
  return [command.action, path, props].filter(Boolean).join(' ')
}

/** Commands behind the counts that they lead to. */
export const numberedFrom =
  (from: number) =>
  (completion: CommandCompletion, i: number): string =>
    `${from + i + 1}  ${commandText(completion)}`

export const plural = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`

/** What a flush brought back: what to say about it, and what it was made of. */
export interface Answer {
  readonly title: string
  readonly explanation: string
  readonly lines: readonly string[]
  readonly refused: readonly string[]
}

export function answerOf(batch: CompletionBatch, { sync, errors = [] }: ApplyResult<object>): Answer {
  const refused = errors.map(({ action, path, errorMessage }) => `${action} ${path.join('/')}: ${errorMessage}`)
  const sent = plural(batch.completions.length, 'command')
  if (!sync) {
    const explanation = batch.completions.length > 0 ? `The master took ${sent} as sent.` : 'There was nothing new.'
    return { title: 'No sync was needed', explanation, lines: [], refused }
  }
  const renamed = Object.entries(sync.mappedPaths ?? {}).map(
    ([before, after]) => `${before.replaceAll(',', '/')} is now ${after.join('/')}`,
  )
  if (!sync.isPartial) {
    return {
      title: 'Full sync',
      explanation: `The whole document, at commandCount ${sync.latest.commandCount}.`,
      lines: [...renamed, JSON.stringify(sync.latest.document)],
      refused,
    }
  }
  const { from, completions } = sync.diff
  const taken = batch.completions.length > 0 ? `${sent} taken back, ` : ''
  return {
    title: 'Partial sync',
    explanation: `${taken}${completions.length} applied from ${from} on.`,
    lines: [...renamed, ...completions.map(numberedFrom(from))],
    refused,
  }
}
