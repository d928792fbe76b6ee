import type { FocusEvent } from 'react'

/** Whether the focus goes elsewhere on the page: not to a part of the same element, and not because the window lost it. */
export function isLeaving({ currentTarget, relatedTarget }: FocusEvent): boolean {
  return !currentTarget.contains(relatedTarget) && !currentTarget.contains(document.activeElement)
}
