import { useValue } from 'millrace/bindings/react'
import { memo, type SyntheticEvent, useId, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import type { List } from './client.ts'
import type { Todo } from './documents.ts'
import { EditField } from './edit-field.tsx'
import { followed } from './edits.ts'
import { focusBeside } from './focus.ts'
import { useLeavePrompt } from './leave-prompt.ts'
import { isLeaving } from './leaving.ts'
import type { Rows } from './rows.ts'
import { type Draft, useDraft } from './use-draft.ts'
import { When } from './when.tsx'

interface TodoRowProps {
  readonly list: List
  readonly rows: Rows
  readonly id: string
}

/** One todo. It renders again when this todo changes, and for no other. */
export const TodoRow = memo(function TodoRow({ list, rows, id }: TodoRowProps) {
  const cursor = list.at('todos', id)
  const todo = useValue(cursor)
  const { title, done = false, createdAt } = useLastKnown(todo)
  const isGone = todo === undefined
  const draft = useDraft(title)
  const row = useRef<HTMLLIElement>(null)
  const hint = useId()
  useLeavePrompt(draft.isOpen && (draft.isTyped || isGone))

  const edit = () => {
    rows.hold(id)
    draft.open()
  }
  const close = () => {
    draft.close()
    rows.release(id)
  }
  const closeHere = () => {
    flushSync(close)
    row.current?.querySelector<HTMLElement>('.title')?.focus()
  }
  const save = () => {
    const text = draft.text.trim()
    if (text !== '' && text !== title) followed(cursor.update({ title: text }))
  }
  const putBack = () => {
    followed(list.at('todos').create({ title: draft.text.trim() || title, done }, { id }))
    closeHere()
  }
  const letGo = () => {
    focusBeside(row.current)
    close()
  }
  const remove = () => {
    focusBeside(row.current)
    close()
    followed(cursor.delete())
  }

  return (
    <li className="row" ref={row} id={`todo-${id}`} data-done={done} data-gone={isGone}>
      <input
        type="checkbox"
        aria-label={title}
        checked={done}
        disabled={isGone}
        onChange={() => followed(cursor.update({ done: !done }))}
      />
      {draft.isOpen ? (
        <fieldset
          className="editing"
          onBlur={(event) => {
            if (isGone || !isLeaving(event)) return
            save()
            close()
          }}
        >
          <EditField
            label={`Edit ${title}`}
            text={draft.text}
            describedBy={hint}
            onType={draft.type}
            onSave={() => {
              if (isGone) return putBack()
              save()
              closeHere()
            }}
            onCancel={isGone ? letGo : closeHere}
          />
          <div className="hint" id={hint} role="status">
            <Hint draft={draft} isGone={isGone} onPutBack={putBack} onLetGo={letGo} onTakeTheirs={closeHere} />
          </div>
        </fieldset>
      ) : (
        <button type="button" className="title" title="Edit" onClick={edit}>
          {title}
        </button>
      )}
      <When time={createdAt} />
      <button type="button" className="delete" aria-label={`Delete ${title}`} onClick={remove} hidden={isGone}>
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <path d="M4 4l8 8M12 4l-8 8" />
        </svg>
      </button>
    </li>
  )
})

interface HintProps {
  readonly draft: Draft
  readonly isGone: boolean
  readonly onPutBack: () => void
  readonly onLetGo: () => void
  readonly onTakeTheirs: () => void
}

/** What became of the todo elsewhere while somebody types, and what can be done about it. */
function Hint({ draft, isGone, onPutBack, onLetGo, onTakeTheirs }: HintProps) {
  if (isGone) {
    return (
      <>
        <p ref={bringIntoView}>This todo was deleted elsewhere — put it back?</p>
        <HintButton onClick={onPutBack}>Put it back</HintButton>
        <HintButton onClick={onLetGo}>Let it go</HintButton>
      </>
    )
  }
  if (draft.theirs === undefined) return null
  return (
    <>
      <p ref={bringIntoView}>
        Changed elsewhere to “{draft.theirs}”. <kbd>Enter</kbd> keeps what you typed.
      </p>
      <HintButton onClick={onTakeTheirs}>Take theirs</HintButton>
    </>
  )
}

const bringIntoView = (hint: HTMLElement | null) => hint?.parentElement?.scrollIntoView({ block: 'nearest' })

/** Leaves the focus in the field when it is pressed. */
function HintButton({ onClick, children }: { readonly onClick: () => void; readonly children: string }) {
  return (
    <button type="button" onMouseDown={(event: SyntheticEvent) => event.preventDefault()} onClick={onClick}>
      {children}
    </button>
  )
}

/** The todo, or what it was when it went. */
function useLastKnown(todo: Todo | undefined): Todo {
  const [known, setKnown] = useState(todo)
  if (todo !== undefined && todo !== known) setKnown(todo)
  return todo ?? known ?? { title: '' }
}
