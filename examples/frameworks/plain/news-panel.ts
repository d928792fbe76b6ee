import { news } from '../shared/list.ts'
import { button, element } from './element.ts'

/** What was refused, above everything else. */
export function newsPanel(): HTMLElement {
  const panel = element('section', { class: 'news', 'aria-label': 'News' })
  news.refusals$.subscribe((refusals) => {
    const items = refusals.map((refusal) =>
      element(
        'div',
        { class: 'item', 'data-tone': 'bad', role: 'alert' },
        element('p', {}, element('strong', {}, refusal.what), ` ${refusal.why}`),
        button('', () => news.dismiss(refusal), 'Dismiss'),
      ),
    )
    panel.replaceChildren(...items)
  })
  return panel
}
