import { useState } from 'react'
import { newName } from './lists.ts'

/** The bar at the top of a list. */
export function Bar() {
  return (
    <nav className="bar" aria-label="Lists">
      <a className="brand" href="/">
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <path d="M2 8c3-4 6-4 9 0s6 4 11 0M2 16c3-4 6-4 9 0s6 4 11 0" />
        </svg>
        Millrace
      </a>
      <CopyLink />
      <NewList />
    </nav>
  )
}

export function NewList({ className = '' }: { readonly className?: string }) {
  return (
    <button type="button" className={className} onClick={() => location.assign(`/${newName()}`)}>
      New list
    </button>
  )
}

function CopyLink() {
  const [isCopied, setIsCopied] = useState(false)
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(location.href)
      setIsCopied(true)
    } catch {
      // Pages that came by plain http from another machine may not write to the clipboard.
      prompt('Copy this link:', location.href)
    }
  }
  return (
    <button type="button" className="copy" onClick={() => void copy()} onBlur={() => setIsCopied(false)}>
      <span aria-hidden={isCopied}>Copy link</span>
      <span role="status">{isCopied ? 'Link copied' : ''}</span>
    </button>
  )
}
