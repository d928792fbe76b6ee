import { useKeys, useLoaded, useStatus, useValue } from 'millrace/bindings/react'
import { Suspense } from 'react'
import { clearDone } from '../shared/editing.ts'
import { id, name } from '../shared/list.ts'
import { countsOf, describe } from '../shared/words.ts'
import { AddTodo } from './add-todo.tsx'
import { useProxy } from './millrace.ts'
import { News } from './news.tsx'
import { TodoRow } from './todo-row.tsx'

export function TodoPage() {
  return (
    <>
      <main className="sheet">
        <h1>
          {name} <span className="made-with">React</span>
        </h1>
        <div className="top">
          <AddTodo />
          <Status />
        </div>
        <Suspense>
          <Todos />
        </Suspense>
      </main>
      <News />
    </>
  )
}

function Status() {
  const { text, tone } = describe(useStatus(useProxy(id)))
  return (
    <p className="status" data-tone={tone} role="status" aria-live="polite">
      {text}
    </p>
  )
}

function Todos() {
  const list = useLoaded(useProxy(id))
  const ids = useKeys(list.at('todos'))
  if (ids.length === 0) return <Empty />
  return (
    <>
      <ul className="rows" aria-label="Todos">
        {ids.map((id) => (
          <TodoRow key={id} todo={list.at('todos', id)} />
        ))}
      </ul>
      <Summary />
    </>
  )
}

function Summary() {
  const list = useProxy(id)
  const { all, done } = countsOf(useValue(list.at('todos')))
  return (
    <footer className="summary">
      <span>
        {all - done} of {all} to do
      </span>
      <button type="button" onClick={() => clearDone(list)} disabled={done === 0}>
        Clear done
      </button>
    </footer>
  )
}

function Empty() {
  return (
    <div className="empty">
      <svg viewBox="0 0 96 64" aria-hidden="true">
        <path d="M8 22c12-14 26-14 40 0s28 14 40 0M8 40c12-14 26-14 40 0s28 14 40 0" />
      </svg>
      <p>Nothing to do yet.</p>
      <p className="more">Add something, here or in another window.</p>
    </div>
  )
}
