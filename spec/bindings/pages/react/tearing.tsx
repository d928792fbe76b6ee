import type { Cursor } from 'millrace'
import { useValue } from 'millrace/bindings/react'
import { startTransition, useEffect, useState } from 'react'
import { createRoot } from 'react-dom/client'
import type { Scene, Shown } from '../driver.ts'

/** Reads a value as it comes, without a thought of renders that are interrupted. */
function useNaively<V>(cursor: Cursor<V>): V | undefined {
  const [value, setValue] = useState(cursor.value)
  useEffect(() => {
    const subscription = cursor.value$.subscribe(setValue)
    return () => subscription.unsubscribe()
  }, [cursor])
  return value
}

type Read = (cursor: Cursor<string>) => string | undefined

const parts = Array.from({ length: 20 }, (_, n) => n)
const millisecondsEach = 10

function Part({ scene, read: useTitle }: { readonly scene: Scene; readonly read: Read }) {
  const title = useTitle(scene.list.at('title'))
  scene.rendered(`read ${title}`)
  const until = performance.now() + millisecondsEach
  while (performance.now() < until);
  return <i>{title}</i>
}

/**
 * Renders many slow parts that read one value, in a transition, and changes that value in the midst of it. What stands on
 * the page together at any time is noted.
 */
const tearing =
  (read: Read) =>
  (element: HTMLElement, scene: Scene): Shown => {
    const { list, rendered } = scene
    list.at().update({ title: 'before' })
    const note = () =>
      rendered(`shown ${[...new Set([...element.querySelectorAll('i')].map((i) => i.textContent))].join(' and ')}`)
    new MutationObserver(note).observe(element, { childList: true, subtree: true, characterData: true })
    const root = createRoot(element)
    startTransition(() => root.render(parts.map((n) => <Part key={n} scene={scene} read={read} />)))
    setTimeout(() => list.at().update({ title: 'after' }), (parts.length * millisecondsEach) / 2)
    return { choose: () => undefined, hide: () => root.unmount() }
  }

export const withBinding = tearing((cursor) => useValue(cursor))
export const naively = tearing((cursor) => useNaively(cursor))
