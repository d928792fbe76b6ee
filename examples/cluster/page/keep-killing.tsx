import { useEffect, useState } from 'react'
import { finalize, map, mergeMap, type Observable, timer } from 'rxjs'
import { command } from './state.ts'

/** Milliseconds from one death to the next, and until the dead is started again. */
const killEvery = 5_000
const deadFor = 2_500

/** A switch that leaves the hands free to type. */
export function KeepKilling({ hosts }: { readonly hosts: number }) {
  const [isOn, setIsOn] = useState(false)
  useEffect(() => {
    if (!isOn) return
    const killing = oneAfterTheOther(hosts).subscribe()
    return () => killing.unsubscribe()
  }, [isOn, hosts])

  return (
    <label className="keep">
      <input type="checkbox" checked={isOn} onChange={({ target }) => setIsOn(target.checked)} />
      Kill one after the other, every {killEvery / 1_000} seconds
    </label>
  )
}

/** Whoever is dead when this is ended is started. */
const oneAfterTheOther = (hosts: number): Observable<unknown> =>
  timer(0, killEvery).pipe(
    map((round) => round % hosts),
    mergeMap((host) => {
      command(host, 'kill')
      return timer(deadFor).pipe(finalize(() => command(host, 'start')))
    }),
  )
