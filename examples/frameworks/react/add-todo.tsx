import { type SubmitEvent, useState } from 'react'
import { add } from '../shared/editing.ts'
import { id } from '../shared/list.ts'
import { useProxy } from './millrace.ts'

export function AddTodo() {
  const list = useProxy(id)
  const [title, setTitle] = useState('')
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    if (add(list, title)) setTitle('')
  }
  return (
    <form className="add" onSubmit={submit}>
      <input
        id="new-todo"
        type="text"
        aria-label="New todo"
        placeholder="What needs doing?"
        autoComplete="off"
        maxLength={200}
        value={title}
        onChange={(event) => setTitle(event.target.value)}
      />
      <button type="submit" className="primary">
        Add
      </button>
    </form>
  )
}
