import { useValue } from 'millrace/bindings/react'
import { useEffect, useRef } from 'react'
import { flushSync } from 'react-dom'
import type { List } from './client.ts'
import { EditField } from './edit-field.tsx'
import { followed } from './edits.ts'
import { isLeaving } from './leaving.ts'
import { nameOf, remember } from './lists.ts'
import { useDraft } from './use-draft.ts'

/** The list's title, to be edited in place; without one, its name from the URL. */
export function Heading({ list }: { readonly list: List }) {
  const title = useValue(list.at('title'))
  const shown = title || nameOf(list.id)
  const draft = useDraft(title ?? '')
  const heading = useRef<HTMLHeadingElement>(null)

  useEffect(() => {
    document.title = `${shown} · Millrace`
    if (title !== undefined) remember({ id: list.id, title: shown })
  }, [list, title, shown])

  const save = () => {
    if (draft.text.trim() !== title) followed(list.at().update({ title: draft.text.trim() }))
  }
  const closeHere = () => {
    flushSync(draft.close)
    heading.current?.querySelector('button')?.focus()
  }

  return (
    <h1
      ref={heading}
      onBlur={(event) => {
        if (!draft.isOpen || !isLeaving(event)) return
        save()
        draft.close()
      }}
    >
      {draft.isOpen ? (
        <EditField
          label="Title of this list"
          text={draft.text}
          onType={draft.type}
          onCancel={closeHere}
          onSave={() => {
            save()
            closeHere()
          }}
        />
      ) : (
        <button type="button" className="title" title="Rename" disabled={title === undefined} onClick={draft.open}>
          {shown}
        </button>
      )}
    </h1>
  )
}
