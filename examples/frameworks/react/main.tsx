import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { client } from '../shared/list.ts'
import { MillraceProvider } from './millrace.ts'
import { TodoPage } from './todo-page.tsx'

createRoot(document.getElementById('page') as HTMLElement).render(
  <StrictMode>
    <MillraceProvider client={client}>
      <TodoPage />
    </MillraceProvider>
  </StrictMode>,
)
