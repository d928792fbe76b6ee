import { mount } from 'svelte'
import TodoPage from './todo-page.svelte'

mount(TodoPage, { target: document.getElementById('page') as HTMLElement })
