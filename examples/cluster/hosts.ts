import { combineLatest, map, NEVER, type Observable, of } from 'rxjs'
import type { Child } from './child.ts'
import type { HostState } from './state.ts'
import { healthOf } from './watch.ts'

/** A host, and its process if that was started here. */
export interface Host {
  readonly url: string
  readonly child?: Child
}

/** How these hosts are. One whose process starts or ends is asked at once. */
export const statesOf = (hosts: readonly Host[]): Observable<readonly HostState[]> =>
  combineLatest(hosts.map((host, index) => stateOf(host, `Host ${index + 1}`)))

function stateOf({ url, child }: Host, name: string): Observable<HostState> {
  const health$ = healthOf(url, child?.isRunning$ ?? NEVER)
  return combineLatest([health$, child?.isRunning$ ?? of(undefined)]).pipe(
    map(([health, isRunning]) => ({ ...health, name, url, ...(isRunning !== undefined && { isRunning }) })),
  )
}
