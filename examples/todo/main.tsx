import { createRoot } from 'react-dom/client'
import { client } from './client.ts'
import { ListPage } from './list-page.tsx'
import { listAt } from './lists.ts'
import { StartPage } from './start-page.tsx'

const id = listAt(location.pathname)
const page = id ? <ListPage list={client.open(id)} /> : <StartPage />

createRoot(document.getElementById('page') as HTMLElement).render(page)
