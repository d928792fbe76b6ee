/** @jsxImportSource solid-js */
import { useValue } from 'millrace/bindings/solid'
import { createMemo } from 'solid-js'
import { clearDone } from '../shared/editing.ts'
import { list } from '../shared/list.ts'
import { countsOf } from '../shared/words.ts'

export function Summary() {
  const todos = useValue(list.at('todos'))
  const counts = createMemo(() => countsOf(todos()))
  return (
    <footer class="summary">
      <span>
        {counts().all - counts().done} of {counts().all} to do
      </span>
      <button type="button" onClick={() => clearDone(list)} disabled={counts().done === 0}>
        Clear done
      </button>
    </footer>
  )
}
