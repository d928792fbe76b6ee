import type { SubmitEvent } from 'react'
import { NewList } from './bar.tsx'
import { knownLists, pathOf } from './lists.ts'

/** Where one begins: a new list, one by its name, or one that was open before. */
export function StartPage() {
  const known = knownLists()
  const open = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    const name = String(new FormData(event.currentTarget).get('name')).trim()
    if (name !== '') location.assign(`/${encodeURIComponent(name.toLowerCase().replace(/\s+/g, '-'))}`)
  }

  return (
    <main className="sheet start">
      <svg className="mark" viewBox="0 0 24 24" aria-hidden="true">
        <path d="M2 8c3-4 6-4 9 0s6 4 11 0M2 16c3-4 6-4 9 0s6 4 11 0" />
      </svg>
      <h1>One list, any number of people</h1>
      <p>
        What you write is there at once, and in a moment with everybody who has the link. Without a connection you just
        go on.
      </p>
      <NewList className="primary" />
      <form onSubmit={open}>
        <label htmlFor="name">Or open a list by its name</label>
        <span className="add">
          <input id="name" name="name" type="text" placeholder="shopping" autoComplete="off" autoCapitalize="none" />
          <button type="submit">Open</button>
        </span>
      </form>
      {known.length > 0 && (
        <section>
          <h2>Opened here before</h2>
          <ul>
            {known.map(({ id, title }) => (
              <li key={id}>
                <a href={pathOf(id)}>{title}</a>
              </li>
            ))}
          </ul>
        </section>
      )}
      <p className="more">
        Curious how it works? <a href="/flushout">See two proxies and their master</a> exchange commands.
      </p>
    </main>
  )
}
