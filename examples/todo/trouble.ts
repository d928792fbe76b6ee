import type { SyncEvent } from 'millrace'

/** Something that one may want to know, and need not act on at once. */
export interface Trouble {
  readonly what: string
  readonly why: string
  /** Whether the page should be loaded again. */
  readonly isOld: boolean
}

/** What to say about an event of a list, if anything. */
export function troubleOf(event: SyncEvent): Trouble | undefined {
  if (event.type === 'storage') return storageTrouble(event.code)
  if (event.type === 'regressed') return wentBack
  return event.type === 'taken_over' && event.commands > 0 ? takenOver(event.commands) : undefined
}

const trouble = (what: string, why: string, isOld = false): Trouble => ({ what, why, isOld })

function takenOver(commands: number): Trouble {
  const changes = commands === 1 ? 'A change' : `${commands} changes`
  return trouble('Welcome back.', `${changes} that waited here went on from another tab while this one slept.`)
}

const wentBack = trouble('The server went back to an earlier state.', 'Changes from before may be missing.')

function storageTrouble(code: string): Trouble {
  switch (code) {
    case 'storage_full':
      return trouble('There is no room left in this browser.', 'Changes are sent, but do not outlive this tab.')
    case 'storage_damaged':
      return trouble('What this browser kept was damaged.', 'It was put aside; the list comes from the server.')
    case 'unsupported_version':
      return trouble('A newer version of this page was here.', 'What it keeps in this browser is safe with it.', true)
    default:
      return trouble('This browser does not keep changes now.', 'It is tried again. Until then, leave this tab open.')
  }
}
