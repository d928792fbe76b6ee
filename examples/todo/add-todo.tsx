import { type SubmitEvent, useRef, useState } from 'react'
import type { List } from './client.ts'
import { followed } from './edits.ts'
import { newTodo } from './focus.ts'

/** Adds a todo with Enter, again and again: the focus stays. */
export function AddTodo({ list, isReady }: { readonly list: List; readonly isReady: boolean }) {
  const [title, setTitle] = useState('')
  const field = useRef<HTMLInputElement>(null)

  const add = (event: SubmitEvent) => {
    event.preventDefault()
    field.current?.focus()
    if (title.trim() === '' || !isReady) return
    const added = followed(list.at('todos').create({ title: title.trim() }))
    if (!added.isSuccess) return
    setTitle('')
    requestAnimationFrame(() =>
      document.getElementById(`todo-${added.createdId}`)?.scrollIntoView({ block: 'nearest' }),
    )
  }

  return (
    <form className="add" onSubmit={add}>
      <input
        ref={field}
        id={newTodo}
        type="text"
        aria-label="New todo"
        placeholder="What needs doing?"
        autoComplete="off"
        enterKeyHint="done"
        maxLength={200}
        // biome-ignore lint/a11y/noAutofocus: adding is what one comes here for, and it is the first thing on the list
        autoFocus
        value={title}
        onChange={(event) => setTitle(event.target.value)}
      />
      <button type="submit" className="primary" disabled={!isReady}>
        Add
      </button>
    </form>
  )
}
