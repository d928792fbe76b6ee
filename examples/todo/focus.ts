/** The field for a new todo. */
export const newTodo = 'new-todo'

/** Moves the focus off a row that is about to go: to the delete button of its neighbour, or to the field for new todos. */
export function focusBeside(row: HTMLElement | null): void {
  const neighbour = row?.nextElementSibling ?? row?.previousElementSibling
  const target = neighbour?.querySelector<HTMLElement>('.delete') ?? document.getElementById(newTodo)
  target?.focus()
}
