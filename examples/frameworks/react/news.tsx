import { useValue } from 'millrace/bindings/react'
import { news } from '../shared/list.ts'

/** What was refused, above everything else. */
export function News() {
  const refusals = useValue(news.refusals$) ?? []
  return (
    <section className="news" aria-label="News">
      {refusals.map((refusal) => (
        <div key={refusal.key} className="item" data-tone="bad" role="alert">
          <p>
            <strong>{refusal.what}</strong> {refusal.why}
          </p>
          <button type="button" onClick={() => news.dismiss(refusal)}>
            Dismiss
          </button>
        </div>
      ))}
    </section>
  )
}
