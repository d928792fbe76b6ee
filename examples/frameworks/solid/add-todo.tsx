/** @jsxImportSource solid-js */
import { createSignal } from 'solid-js'
import { add } from '../shared/editing.ts'
import { list } from '../shared/list.ts'

export function AddTodo() {
  const [title, setTitle] = createSignal('')
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    if (add(list, title())) setTitle('')
  }
  return (
    <form class="add" onSubmit={submit}>
      <input
        id="new-todo"
        type="text"
        aria-label="New todo"
        placeholder="What needs doing?"
        autocomplete="off"
        maxlength={200}
        value={title()}
        onInput={(event) => setTitle(event.currentTarget.value)}
      />
      <button type="submit" class="primary">
        Add
      </button>
    </form>
  )
}
