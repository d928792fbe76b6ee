import { list } from '../shared/list.ts'
import { element } from './element.ts'
import { type Row, todoRow } from './todo-row.ts'

/** The rows in order: made and taken away as keys come and go, and each left to itself in between. */
export function rows(): HTMLElement {
  const shown = element('ul', { class: 'rows', 'aria-label': 'Todos' })
  const known = new Map<string, Row>()
  list.at('todos').keys$.subscribe((ids) => {
    const gone = new Set(known.keys())
    let before: Element | null = null
    for (const id of ids) {
      const row = known.get(id) ?? todoRow(list.at('todos', id))
      known.set(id, row)
      gone.delete(id)
      const next: Element | null = before ? before.nextElementSibling : shown.firstElementChild
      if (row.element !== next) shown.insertBefore(row.element, next)
      before = row.element
    }
    for (const id of gone) {
      known.get(id)?.remove()
      known.delete(id)
    }
  })
  return shown
}
