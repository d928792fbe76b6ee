import { todoPage } from './todo-page.ts'

document.getElementById('page')?.append(...todoPage())
