import type { ConnectedProxy, Cursor } from 'millrace'
import type { Todo, TodoList } from '../../todo/documents.ts'

/** Adds a todo. @returns whether there was something to add */
export function add(list: ConnectedProxy<TodoList>, typed: string): boolean {
  const title = typed.trim()
  return title !== '' && list.at('todos').create({ title }).isSuccess
}

/** Saves what was typed over a title, if it says something else. */
export function rename(todo: Cursor<Todo>, typed: string): void {
  const title = typed.trim()
  if (title !== '' && title !== todo.value?.title) todo.update({ title })
}

/** Deletes what is done, as one change. */
export function clearDone(list: ConnectedProxy<TodoList>): void {
  list.batch(() => {
    for (const [id, { done }] of Object.entries(list.at('todos').value ?? {})) if (done) list.at('todos', id).delete()
  })
}

/** Leaving a field saves what is in it. Enter leaves it, and Escape with what was there before; the focus goes to the title. */
export function leaveOnKey(event: Pick<KeyboardEvent, 'key' | 'isComposing'>, field: HTMLInputElement): void {
  if (event.isComposing || (event.key !== 'Enter' && event.key !== 'Escape')) return
  if (event.key === 'Escape') field.value = field.defaultValue
  const row = field.closest('.row')
  field.blur()
  requestAnimationFrame(() => row?.querySelector<HTMLElement>('.title')?.focus())
}
