import { useValue } from 'millrace/bindings/react'
import type { List } from './client.ts'
import { followed } from './edits.ts'

/** How much is left to do, and a way to be rid of the rest. */
export function Summary({ list }: { readonly list: List }) {
  const todos = useValue(list.at('todos')) ?? {}
  const ids = Object.keys(todos)
  const done = ids.filter((id) => todos[id]?.done)
  const clear = () =>
    list.batch(() => {
      for (const id of done) followed(list.at('todos', id).delete())
    })

  if (ids.length === 0) return null
  return (
    <footer className="summary">
      <span>
        {ids.length - done.length} of {ids.length} to do
      </span>
      <button type="button" onClick={clear} disabled={done.length === 0}>
        Clear done
      </button>
    </footer>
  )
}
