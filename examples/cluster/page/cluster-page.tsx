import { useValue } from 'millrace/bindings/react'
import type { ClusterState, HostState } from '../state.ts'
import { HostCard } from './host-card.tsx'
import { KeepKilling } from './keep-killing.tsx'
import { state$ } from './state.ts'

const list = '/shopping'

/** The hosts of the cluster, and two windows of one todo list beside them. */
export function ClusterPage() {
  const state = useValue(state$)
  const hosts = state?.hosts ?? []
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
        <div className="hosts">
          {hosts.map((host, index) => (
            <HostCard key={host.name} host={host} index={index} />
          ))}
        </div>
        <div className="bar">
          <p role="status">{summaryOf(state)}</p>
          {hosts.some(({ isRunning }) => isRunning !== undefined) && <KeepKilling hosts={hosts.length} />}
        </div>
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

const takesSessions = ({ state, isRunning }: HostState): boolean => state === 'well' && isRunning !== false

function summaryOf(state: ClusterState | undefined): string {
  if (!state) return 'The balancer cannot be reached. The windows go on by themselves.'
  const out = state.hosts.filter((host) => !takesSessions(host)).map(({ name }) => name)
  if (out.length === 0) return 'All hosts are well: each window may be at any of them.'
  if (out.length === state.hosts.length)
    return 'No host is left. Go on typing: it is kept in this browser until one is back.'
  return `Without ${out.join(' and ')}: the windows go on at what is left.`
}
