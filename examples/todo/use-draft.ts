import { useState } from 'react'

/** What somebody is typing in place of a value. It stays theirs, whatever becomes of the value meanwhile. */
export interface Draft {
  readonly isOpen: boolean
  /** What the field shows: what was typed, or the value as long as nothing was. */
  readonly text: string
  readonly isTyped: boolean
  /** What others made of the value since the typing began. */
  readonly theirs: string | undefined
  open(): void
  type(text: string): void
  close(): void
}

export function useDraft(value: string): Draft {
  const [typed, setTyped] = useState<{ readonly text: string; readonly over: string }>()
  const isTyped = typed !== undefined && typed.text !== typed.over
  const over = isTyped ? typed.over : value
  const text = isTyped ? typed.text : value
  return {
    isOpen: typed !== undefined,
    text,
    isTyped,
    theirs: value !== over && value !== text ? value : undefined,
    open: () => setTyped({ text: value, over: value }),
    type: (next) => setTyped({ text: next, over }),
    close: () => setTyped(undefined),
  }
}
