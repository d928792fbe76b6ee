import type { Cursor } from 'millrace'
import type { Todo } from '../../todo/documents.ts'
import { leaveOnKey, rename } from '../shared/editing.ts'
import { button, drawing, element } from './element.ts'

export interface Row {
  readonly element: HTMLElement
  /** Takes it off the page, and ends what it looks at. */
  remove(): void
}

/** One todo. It is shown anew when this todo changes, and for no other. */
export function todoRow(todo: Cursor<Todo>): Row {
  const tick = element('input', { type: 'checkbox' })
  const title = button('title', edit)
  const remove = button('delete', () => todo.delete(), drawing('0 0 16 16', 'M4 4l8 8M12 4l-8 8'))
  const row = element('li', { class: 'row' }, tick, title, remove)
  title.title = 'Edit'
  tick.addEventListener('change', () => todo.update({ done: tick.checked }))

  function edit(): void {
    const field = element('input', { type: 'text', class: 'editing', maxlength: '200' })
    field.defaultValue = title.textContent ?? ''
    field.setAttribute('aria-label', `Edit ${field.value}`)
    field.addEventListener('keydown', (event) => leaveOnKey(event, field))
    field.addEventListener('blur', () => {
      rename(todo, field.value)
      field.replaceWith(title)
    })
    title.replaceWith(field)
    field.focus()
  }

  const looking = todo.value$.subscribe((value) => {
    if (!value) return
    tick.checked = value.done ?? false
    tick.setAttribute('aria-label', value.title)
    title.textContent = value.title
    remove.setAttribute('aria-label', `Delete ${value.title}`)
    row.dataset.done = String(tick.checked)
  })
  return {
    element: row,
    remove() {
      looking.unsubscribe()
      row.remove()
    },
  }
}
