import { useLatest } from './use-latest.ts'
import { choose, type Way, way$, ways } from './ways.ts'

/** How this page reaches the server, and a way to change that while one goes on. */
export function WaySwitch() {
  const way = useLatest(way$)
  return (
    <label className="way">
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
  )
}
