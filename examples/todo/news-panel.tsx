import { useValue } from 'millrace/bindings/react'
import type { Observable } from 'rxjs'
import type { List } from './client.ts'
import { followed } from './edits.ts'
import type { News, Told } from './news.ts'
import type { Refusal } from './refusal.ts'

interface NewsPanelProps {
  readonly list: List
  readonly news: News
  /** What loads a newer version of this page. */
  readonly newer$: Observable<() => void>
}

/** What somebody must be told, above everything else. */
export function NewsPanel({ list, news, newer$ }: NewsPanelProps) {
  const refusals = useValue(news.refusals$) ?? []
  const troubles = useValue(news.troubles$) ?? []
  const load = useValue(newer$)
  const addAgain = (refusal: Told<Refusal>) => {
    if (refusal.lost) followed(list.at('todos').create(refusal.lost))
    news.dismiss(refusal)
  }

  return (
    <section className="news" aria-label="News">
      {refusals.map((refusal) => (
        <Item
          key={refusal.key}
          tone="bad"
          what={refusal.what}
          why={refusal.why}
          onDismiss={() => news.dismiss(refusal)}
          action={refusal.lost && { label: 'Add it again', act: () => addAgain(refusal) }}
        />
      ))}
      {troubles.map((trouble) => (
        <Item
          key={trouble.key}
          tone="calm"
          what={trouble.what}
          why={trouble.why}
          onDismiss={() => news.dismiss(trouble)}
          action={trouble.isOld && { label: 'Load it again', act: load ?? (() => location.reload()) }}
        />
      ))}
      {load && (
        <Item
          tone="calm"
          what="There is a newer version of this page."
          why="Changes are kept when it is loaded."
          action={{ label: 'Load it', act: load }}
        />
      )}
    </section>
  )
}

interface ItemProps {
  readonly tone: 'bad' | 'calm'
  readonly what: string
  readonly why: string
  readonly onDismiss?: () => void
  readonly action?: { readonly label: string; readonly act: () => void } | false | undefined
}

function Item({ tone, what, why, onDismiss, action }: ItemProps) {
  return (
    <div className="item" data-tone={tone} role={tone === 'bad' ? 'alert' : 'status'}>
      <p>
        <strong>{what}</strong> {why}
      </p>
      {action && (
        <button type="button" onClick={action.act}>
          {action.label}
        </button>
      )}
      {onDismiss && (
        <button type="button" onClick={onDismiss}>
          Dismiss
        </button>
      )}
    </div>
  )
}
