import type { LineStatus } from 'millrace'
import { type SavedStatus, useStatus, useValue } from 'millrace/bindings/react'
import { place } from './chosen-way.ts'
import { client, type List } from './client.ts'
import { isKept$ } from './edits.ts'

/** Whether what was done here is safe, and whether others can see it: in words, spoken too. */
export function Status({ list }: { readonly list: List }) {
  const { text, tone } = describe(useStatus(client), useStatus(list), useValue(isKept$) ?? true)
  return (
    <p className="status" data-tone={tone} role="status" aria-live="polite">
      {text}
    </p>
  )
}

interface Description {
  readonly text: string
  readonly tone: 'good' | 'busy' | 'alone' | 'bad' | 'quiet'
}

function describe(line: LineStatus, document: SavedStatus, isKept: boolean): Description {
  const { pending } = document
  const where = isKept ? 'kept here' : 'waiting'
  switch (document.state) {
    case 'live':
      if (pending === 0) return { text: place === 'server' ? 'Saved' : 'In all tabs', tone: 'good' }
      return { text: isKept ? `${pending} kept here, waiting` : `${pending} waiting`, tone: 'busy' }
    case 'offline':
      return { text: pending > 0 ? `Offline, ${pending} ${where}` : 'Offline', tone: 'alone' }
    case 'refused':
      return { text: document.reason, tone: 'bad' }
    case 'closed':
      return { text: 'Closed', tone: 'quiet' }
    case 'loading':
      return line.state === 'offline'
        ? { text: `The ${place} cannot be reached. Trying again.`, tone: 'alone' }
        : { text: 'Loading', tone: 'quiet' }
  }
}
