import type { Command, RefusedEvent } from 'millrace'
import type { Todo } from './documents.ts'

/** What was done here and not taken. */
export interface Refusal {
  readonly what: string
  readonly why: string
  /** The todo that was typed for nothing. */
  readonly lost: Todo | undefined
  /** By which its list lets go of it. */
  readonly notice: string | undefined
}

export function refusalOf({ type, command, code, reason, notice }: RefusedEvent): Refusal {
  const title = titleIn(command)
  return {
    what: type === 'unknown' ? 'A change may not have been saved.' : whatWasRefused(command.action, title),
    why: code === 'not_found' ? 'The todo was deleted elsewhere.' : reason,
    lost: title && command.path?.[0] === 'todos' ? { title } : undefined,
    notice,
  }
}

function whatWasRefused(action: string, title: string | undefined): string {
  if (title === undefined) return 'A change was not kept.'
  return action === 'create' ? `“${title}” was not added.` : `The change to “${title}” was not kept.`
}

function titleIn(command: Command): string | undefined {
  const props: { readonly title?: unknown } = (command.action !== 'delete' && command.props) || {}
  return typeof props.title === 'string' ? props.title : undefined
}
