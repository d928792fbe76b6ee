import { Observable, ReplaySubject, share } from 'rxjs'
import type { ClusterState } from '../state.ts'

/** How the cluster is; `undefined` while the balancer cannot be reached. Replays the latest. */
export const state$: Observable<ClusterState | undefined> = new Observable<ClusterState | undefined>((subscriber) => {
  const source = new EventSource('/cluster/state')
  source.onmessage = ({ data }: MessageEvent<string>) => subscriber.next(JSON.parse(data))
  source.onerror = () => subscriber.next(undefined)
  return () => source.close()
}).pipe(share({ connector: () => new ReplaySubject(1), resetOnRefCountZero: false }))

/** Has the balancer do something to the process of a host. */
export const command = (host: number, what: 'kill' | 'start'): void =>
  void fetch(`/cluster/hosts/${host}/${what}`, { method: 'POST' }).catch(() => undefined)
