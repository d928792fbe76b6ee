import type { Cursor } from 'millrace'
import { useValue } from 'millrace/bindings/react'
import { memo, useState } from 'react'
import type { Todo } from '../../todo/documents.ts'
import { leaveOnKey, rename } from '../shared/editing.ts'

/** One todo. It renders again when this todo changes, and for no other. */
export const TodoRow = memo(function TodoRow({ todo }: { readonly todo: Cursor<Todo> }) {
  const value = useValue(todo)
  const [isEditing, setEditing] = useState(false)
  if (!value) return null
  const { title, done = false } = value
  return (
    <li className="row" data-done={done}>
      <input type="checkbox" aria-label={title} checked={done} onChange={() => todo.update({ done: !done })} />
      {isEditing ? (
        <EditField title={title} onSave={(typed) => rename(todo, typed)} onClose={() => setEditing(false)} />
      ) : (
        <button type="button" className="title" title="Edit" onClick={() => setEditing(true)}>
          {title}
        </button>
      )}
      <button type="button" className="delete" aria-label={`Delete ${title}`} onClick={() => todo.delete()}>
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <path d="M4 4l8 8M12 4l-8 8" />
        </svg>
      </button>
    </li>
  )
})

interface EditFieldProps {
  readonly title: string
  readonly onSave: (typed: string) => void
  readonly onClose: () => void
}

/** Enter and leaving the field save, Escape does not. */
function EditField({ title, onSave, onClose }: EditFieldProps) {
  return (
    <input
      type="text"
      className="editing"
      aria-label={`Edit ${title}`}
      maxLength={200}
      // biome-ignore lint/a11y/noAutofocus: it stands where somebody just pressed to edit
      autoFocus
      defaultValue={title}
      onKeyDown={(event) => leaveOnKey(event.nativeEvent, event.currentTarget)}
      onBlur={(event) => {
        onSave(event.currentTarget.value)
        onClose()
      }}
    />
  )
}
