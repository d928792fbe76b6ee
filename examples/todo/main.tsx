import { createRoot } from 'react-dom/client'
import { client } from './client.ts'
import { keepPages } from './keep-pages.ts'
import { ListPage } from './list-page.tsx'
import { listAt } from './lists.ts'
import { newsOf } from './news.ts'
import { StartPage } from './start-page.tsx'

const newer$ = keepPages()

function page() {
  const id = listAt(location.pathname)
  if (!id) return <StartPage />
  const list = client.open(id)
  return <ListPage list={list} news={newsOf(list)} newer$={newer$} />
}

createRoot(document.getElementById('page') as HTMLElement).render(page())
