import { useLatest } from '../../todo/use-latest.ts'
import type { ClusterState } from '../state.ts'
import { HostCard } from './host-card.tsx'
import { state$ } from './state.ts'

const list = '/shopping'

/** The hosts of the cluster, and two windows of one todo list beside them. */
export function ClusterPage() {
  const state = useLatest(state$)
  return (
    <>
      <header className="intro">
        <h1>Three hosts, one list</h1>
        <p>
          A balancer sends each window to any host that is well; all of them keep the list in one Redis. Type, and kill
          a host while you do: the window goes on at another, nothing is lost and nothing comes twice.
        </p>
      </header>
      <main>
        <div className="hosts" role="status" aria-label="Hosts">
          {state?.hosts.map((host, index) => (
            <HostCard key={host.name} host={host} index={index} />
          ))}
        </div>
        <p className="hint" role="alert">
          {hintOf(state)}
        </p>
        <div className="windows">
          <Window of="Anna" />
          <Window of="Ben" />
        </div>
      </main>
      <footer className="more">
        <a href={list} target="_blank" rel="noreferrer">
          Open another window
        </a>
        {state?.redis && (
          <span>
            Redis at <code>{state.redis}</code>
          </span>
        )}
      </footer>
    </>
  )
}

function Window({ of }: { readonly of: string }) {
  return (
    <figure>
      <figcaption>{of}’s window</figcaption>
      <iframe className="sheet" title={`${of}’s window`} src={list} />
    </figure>
  )
}

function hintOf(state: ClusterState | undefined): string {
  if (!state) return 'The balancer cannot be reached. Both windows go on by themselves.'
  const isAny = state.hosts.some((host) => host.state === 'well' && host.isRunning !== false)
  return isAny ? '' : 'No host is left. Go on typing: what you write waits in this browser until one is back.'
}
