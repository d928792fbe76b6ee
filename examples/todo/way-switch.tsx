import type { LineStatus } from 'millrace'
import { useStatus, useValue } from 'millrace/bindings/react'
import { choose } from './chosen-way.ts'
import { client } from './client.ts'
import { type Way, ways } from './way-names.ts'
import { way$ } from './ways.ts'

/** How this page reaches the others, and a way to change that while one goes on. */
export function WaySwitch() {
  const way = useValue(way$)
  const status = useStatus(client)
  return (
    <footer className="way">
      <label>
        Connected by
        <select value={way ?? ''} onChange={({ target }) => choose(target.value as Way)}>
          {way === undefined && <option value="">…</option>}
          {Object.entries(ways).map(([name, label]) => (
            <option key={name} value={name}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <span className="via">{viaOf(status)}</span>
    </footer>
  )
}

const roles = { leader: 'This tab has it', follower: 'Another tab has it', alone: 'Each tab has its own here' } as const

/** What a way that has a choice took. */
function viaOf(status: LineStatus): string {
  if (status.state !== 'live' || !status.via) return ''
  const { rung, role } = status.via
  if (role) return roles[role]
  return rung === undefined ? '' : `Now by ${rung === 0 ? 'WebSocket' : 'polling'}`
}
