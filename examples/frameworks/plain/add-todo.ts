import { add } from '../shared/editing.ts'
import { list } from '../shared/list.ts'
import { element } from './element.ts'

export function addTodo(): HTMLElement {
  const title = element('input', {
    id: 'new-todo',
    type: 'text',
    'aria-label': 'New todo',
    placeholder: 'What needs doing?',
    autocomplete: 'off',
    maxlength: '200',
  })
  const form = element('form', { class: 'add' }, title, element('button', { type: 'submit', class: 'primary' }, 'Add'))
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    if (add(list, title.value)) title.value = ''
  })
  return form
}
