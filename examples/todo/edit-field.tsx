import type { KeyboardEvent } from 'react'

interface EditFieldProps {
  readonly label: string
  readonly text: string
  readonly describedBy?: string
  readonly onType: (text: string) => void
  readonly onSave: () => void
  readonly onCancel: () => void
}

/** A field that grows with its text: Enter saves, Escape cancels. It takes the focus when it appears. */
export function EditField({ label, text, describedBy, onType, onSave, onCancel }: EditFieldProps) {
  const press = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing || (event.key !== 'Enter' && event.key !== 'Escape')) return
    event.preventDefault()
    if (event.key === 'Enter') onSave()
    else onCancel()
  }
  return (
    <span className="edit-field" data-text={text}>
      <textarea
        ref={takeFocus}
        rows={1}
        maxLength={200}
        value={text}
        aria-label={label}
        aria-describedby={describedBy}
        onChange={(event) => onType(event.target.value.replace(/\s*\n\s*/g, ' '))}
        onKeyDown={press}
      />
    </span>
  )
}

function takeFocus(field: HTMLTextAreaElement | null): void {
  field?.focus()
  field?.setSelectionRange(field.value.length, field.value.length)
}
