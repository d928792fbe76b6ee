/** @jsxImportSource solid-js */
import type { Cursor } from 'millrace'
import { useValue } from 'millrace/bindings/solid'
import { createSignal, onMount, Show } from 'solid-js'
import type { Todo } from '../../todo/documents.ts'
import { leaveOnKey, rename } from '../shared/editing.ts'

export function TodoRow(props: { readonly todo: Cursor<Todo> }) {
  const value = useValue(() => props.todo)
  const title = () => value()?.title ?? ''
  const done = () => value()?.done ?? false
  const [isEditing, setEditing] = createSignal(false)
  const save = (typed: string) => {
    rename(props.todo, typed)
    setEditing(false)
  }
  return (
    <Show when={value()}>
      <li class="row" data-done={done()}>
        <input
          type="checkbox"
          aria-label={title()}
          checked={done()}
          onChange={() => props.todo.update({ done: !done() })}
        />
        <Show when={isEditing()} fallback={<Title title={title()} onEdit={() => setEditing(true)} />}>
          <EditField title={title()} onSave={save} />
        </Show>
        <button type="button" class="delete" aria-label={`Delete ${title()}`} onClick={() => props.todo.delete()}>
          <svg viewBox="0 0 16 16" aria-hidden="true">
            <path d="M4 4l8 8M12 4l-8 8" />
          </svg>
        </button>
      </li>
    </Show>
  )
}

function Title(props: { readonly title: string; readonly onEdit: () => void }) {
  return (
    <button type="button" class="title" title="Edit" onClick={() => props.onEdit()}>
      {props.title}
    </button>
  )
}

function EditField(props: { readonly title: string; readonly onSave: (typed: string) => void }) {
  let field!: HTMLInputElement
  onMount(() => {
    field.defaultValue = props.title
    field.focus()
  })
  return (
    <input
      ref={field}
      type="text"
      class="editing"
      aria-label={`Edit ${props.title}`}
      maxlength={200}
      onKeyDown={(event) => leaveOnKey(event, event.currentTarget)}
      onBlur={(event) => props.onSave(event.currentTarget.value)}
    />
  )
}
