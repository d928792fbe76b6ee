/** @jsxImportSource solid-js */
import { render } from 'solid-js/web'
import { TodoPage } from './todo-page.tsx'

render(() => <TodoPage />, document.getElementById('page') as HTMLElement)
