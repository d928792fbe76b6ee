import type { Command, RefusedEvent, SyncEvent } from 'millrace'
import { useEffect, useState } from 'react'
import { filter, map } from 'rxjs'
import type { List } from './client.ts'
import type { Todo } from './documents.ts'

interface Refusal {
  readonly key: number
  readonly what: string
  readonly reason: string
  /** The todo that was typed for nothing. */
  readonly lost: Todo | undefined
}

/** What was done here and not taken, with the reason, until it is dismissed. */
export function Refusals({ list }: { readonly list: List }) {
  const [refusals, setRefusals] = useState<readonly Refusal[]>([])
  useEffect(() => {
    const subscription = list.sync$
      .pipe(filter(isRefused), map(describe))
      .subscribe((refusal) => setRefusals((known) => [refusal, ...known]))
    return () => subscription.unsubscribe()
  }, [list])
  const dismiss = (refusal: Refusal) => setRefusals((known) => known.filter((other) => other !== refusal))

  return (
    <section className="refusals" aria-label="Not taken">
      {refusals.map((refusal) => (
        <div key={refusal.key} className="refusal" role="alert">
          <p>
            <strong>{refusal.what}</strong> {refusal.reason}
          </p>
          {refusal.lost && (
            <button
              type="button"
              onClick={() => {
                list.at('todos').create(refusal.lost as Todo)
                dismiss(refusal)
              }}
            >
              Add it again
            </button>
          )}
          <button type="button" onClick={() => dismiss(refusal)}>
            Dismiss
          </button>
        </div>
      ))}
    </section>
  )
}

const isRefused = (event: SyncEvent): event is RefusedEvent => 'command' in event

function describe({ type, command, code, reason }: RefusedEvent, key: number): Refusal {
  const title = titleIn(command)
  return {
    key,
    what: type === 'unknown' ? 'A change may not have been saved.' : whatWasRefused(command.action, title),
    reason: code === 'not_found' ? 'The todo was deleted elsewhere.' : reason,
    lost: title && command.path?.[0] === 'todos' ? { title } : undefined,
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
