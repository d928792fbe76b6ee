import { concat, filter, firstValueFrom, map, type Observable, of, throwError, timeout } from 'rxjs'

/** Throws with what was expected unless it holds. */
export function check(holds: boolean, expected: string): asserts holds {
  if (!holds) throw new Error(`Expected: ${expected}`)
}

/** Throws unless both are the same data: the same JSON text, keys in the same order. */
export function same(actual: unknown, expected: unknown, what: string): void {
  const [found, wanted] = [JSON.stringify(actual), JSON.stringify(expected)]
  if (found !== wanted) throw new Error(`Expected ${what}: ${shortened(wanted)}, found ${shortened(found)}`)
}

/** Resolves as soon as it holds, looked at now and at every change; rejects after so many milliseconds without. */
export async function eventually(
  expected: string,
  change$: Observable<unknown>,
  holds: () => boolean,
  patience: number,
): Promise<void> {
  const late = () => throwError(() => new Error(`Expected within ${patience} ms: ${expected}`))
  const held$ = concat(of(undefined), change$).pipe(map(holds), filter(Boolean))
  await firstValueFrom(held$.pipe(timeout({ first: patience, with: late })))
}

function shortened(text: string | undefined): string {
  if (text === undefined || text.length <= 200) return String(text)
  return `${text.slice(0, 200)}… (${text.length} characters)`
}
