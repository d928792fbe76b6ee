/** @jsxImportSource solid-js */
import { useKeys, useStatus } from 'millrace/bindings/solid'
import { For, Show } from 'solid-js'
import { list, name } from '../shared/list.ts'
import { describe } from '../shared/words.ts'
import { AddTodo } from './add-todo.tsx'
import { News } from './news.tsx'
import { Summary } from './summary.tsx'
import { TodoRow } from './todo-row.tsx'

export function TodoPage() {
  const status = useStatus(list)
  const told = () => describe(status())
  const ids = useKeys(list.at('todos'))
  return (
    <>
      <main class="sheet">
        <h1>
          {name} <span class="made-with">Solid</span>
        </h1>
        <div class="top">
          <AddTodo />
          <p class="status" data-tone={told().tone} role="status" aria-live="polite">
            {told().text}
          </p>
        </div>
        <Show when={ids().length > 0} fallback={status().state !== 'loading' && <Empty />}>
          <ul class="rows" aria-label="Todos">
            <For each={ids()}>{(id) => <TodoRow todo={list.at('todos', id)} />}</For>
          </ul>
          <Summary />
        </Show>
      </main>
      <News />
    </>
  )
}

function Empty() {
  return (
    <div class="empty">
      <svg viewBox="0 0 96 64" aria-hidden="true">
        <path d="M8 22c12-14 26-14 40 0s28 14 40 0M8 40c12-14 26-14 40 0s28 14 40 0" />
      </svg>
      <p>Nothing to do yet.</p>
      <p class="more">Add something, here or in another window.</p>
    </div>
  )
}
