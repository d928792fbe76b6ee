import { useValue } from 'millrace/bindings/react'
import { useMemo } from 'react'
import type { Observable } from 'rxjs'
import { AddTodo } from './add-todo.tsx'
import { Bar } from './bar.tsx'
import { place } from './chosen-way.ts'
import type { List } from './client.ts'
import { isKept$ } from './edits.ts'
import { Heading } from './heading.tsx'
import { hasWorkers } from './in-this-browser.ts'
import { useLeavePrompt } from './leave-prompt.ts'
import type { News } from './news.ts'
import { NewsPanel } from './news-panel.tsx'
import { rowsOf } from './rows.ts'
import { Status } from './status.tsx'
import { Summary } from './summary.tsx'
import { TodoRow } from './todo-row.tsx'
import { WaySwitch } from './way-switch.tsx'

interface ListPageProps {
  readonly list: List
  readonly news: News
  readonly newer$: Observable<() => void>
}

/** One list, shared with everybody who has its link. */
export function ListPage({ list, news, newer$ }: ListPageProps) {
  const rows = useMemo(() => rowsOf(list.at('todos').keys$), [list])
  const ids = useValue(rows.ids$)
  useLeavePrompt(useValue(isKept$) === false)

  return (
    <>
      <Bar />
      <main className="sheet">
        <Heading list={list} />
        {place === 'browser' && <Place />}
        <div className="top">
          <AddTodo list={list} isReady={ids !== undefined} />
          <Status list={list} />
        </div>
        {ids && (
          <>
            {ids.length === 0 && <Empty />}
            <ul className="rows" aria-label="Todos">
              {ids.map((id) => (
                <TodoRow key={id} list={list} rows={rows} id={id} />
              ))}
            </ul>
            <Summary list={list} />
          </>
        )}
      </main>
      <WaySwitch />
      <NewsPanel list={list} news={news} newer$={newer$} />
    </>
  )
}

function Place() {
  return (
    <p className="place">
      <strong>Only in this browser.</strong> All its open tabs share this list, and it is gone when the{' '}
      {hasWorkers ? 'last' : 'first'} of them closes.
    </p>
  )
}

function Empty() {
  return (
    <div className="empty">
      <svg viewBox="0 0 96 64" aria-hidden="true">
        <path d="M8 22c12-14 26-14 40 0s28 14 40 0M8 40c12-14 26-14 40 0s28 14 40 0" />
      </svg>
      <p>Nothing to do yet.</p>
      <p className="more">
        {place === 'server' ? 'Add something, or copy the link and let somebody else.' : 'Add something, in any tab.'}
      </p>
    </div>
  )
}
