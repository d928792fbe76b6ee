/** @jsxImportSource solid-js */
import { useValue } from 'millrace/bindings/solid'
import { For } from 'solid-js'
import { news } from '../shared/list.ts'

/** What was refused, above everything else. */
export function News() {
  const refusals = useValue(news.refusals$)
  return (
    <section class="news" aria-label="News">
      <For each={refusals()}>
        {(refusal) => (
          <div class="item" data-tone="bad" role="alert">
            <p>
              <strong>{refusal.what}</strong> {refusal.why}
            </p>
            <button type="button" onClick={() => news.dismiss(refusal)}>
              Dismiss
            </button>
          </div>
        )}
      </For>
    </section>
  )
}
