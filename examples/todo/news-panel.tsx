import type { ReactNode } from 'react'
import type { Observable } from 'rxjs'
import type { List } from './client.ts'
import { followed } from './edits.ts'
import type { News, Told } from './news.ts'
import type { Refusal } from './refusal.ts'
import { useLatest } from './use-latest.ts'

interface NewsPanelProps {
  readonly list: List
  readonly news: News
  /** What loads a newer version of this page. */
  readonly newer$: Observable<() => void>
}

/** What somebody must be told, above everything else. */
export function NewsPanel({ list, news, newer$ }: NewsPanelProps) {
  const refusals = useLatest(news.refusals$) ?? []
  const troubles = useLatest(news.troubles$) ?? []
  const load = useLatest(newer$)
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
        >
          {refusal.lost && (
            <button type="button" onClick={() => addAgain(refusal)}>
              Add it again
            </button>
          )}
        </Item>
      ))}
      {troubles.map((trouble) => (
        <Item
          key={trouble.key}
          tone="calm"
          what={trouble.what}
          why={trouble.why}
          onDismiss={() => news.dismiss(trouble)}
        >
          {trouble.isOld && (
            <button type="button" onClick={load ?? (() => location.reload())}>
              Load it again
            </button>
          )}
        </Item>
      ))}
      {load && (
        <Item tone="calm" what="There is a newer version of this page." why="Changes are kept when it is loaded.">
          <button type="button" onClick={load}>
            Load it
          </button>
        </Item>
      )}
    </section>
  )
}

interface ItemProps {
  readonly tone: 'bad' | 'calm'
  readonly what: string
  readonly why: string
  readonly onDismiss?: () => void
  readonly children?: ReactNode
}

function Item({ tone, what, why, onDismiss, children }: ItemProps) {
  return (
    <div className="item" data-tone={tone} role={tone === 'bad' ? 'alert' : 'status'}>
      <p>
        <strong>{what}</strong> {why}
      </p>
      {children}
      {onDismiss && (
        <button type="button" onClick={onDismiss}>
          Dismiss
        </button>
      )}
    </div>
  )
}
