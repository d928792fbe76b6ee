import type { HostState } from '../state.ts'
import { command } from './state.ts'

/** One host: how it is, what it holds, and a button that kills it or starts it again. */
export function HostCard({ host, index }: { readonly host: HostState; readonly index: number }) {
  const { name, url, isRunning, sessions, documents } = host
  const { text, tone } = describe(host)
  return (
    <section className="host sheet" data-tone={tone} aria-label={name}>
      <header>
        <h2>{name}</h2>
        <p className="state">{text}</p>
      </header>
      <dl>
        <div>
          <dt>Sessions</dt>
          <dd>{sessions}</dd>
        </div>
        <div>
          <dt>Documents</dt>
          <dd>{documents}</dd>
        </div>
        <div className="redis">
          <dt>Redis</dt>
          <dd>{host.redis}</dd>
        </div>
      </dl>
      <footer>
        <code>{new URL(url).host}</code>
        {isRunning !== undefined && (
          <button
            type="button"
            className={isRunning ? 'kill' : 'start'}
            onClick={() => command(index, isRunning ? 'kill' : 'start')}
          >
            {isRunning ? 'Kill' : 'Start'} <span className="spoken">{name}</span>
          </button>
        )}
      </footer>
    </section>
  )
}

interface Description {
  readonly text: string
  readonly tone: 'good' | 'busy' | 'bad'
}

function describe({ state, isRunning }: HostState): Description {
  if (isRunning === false) return { text: 'Dead', tone: 'bad' }
  switch (state) {
    case 'well':
      return { text: 'Alive and well', tone: 'good' }
    case 'unwell':
      return { text: 'Alive, takes nobody', tone: 'busy' }
    case 'silent':
      return { text: isRunning ? 'Starting' : 'No answer', tone: 'busy' }
  }
}
