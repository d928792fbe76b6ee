import { Proxy } from 'millrace'
import { merge } from 'rxjs'
import { element, lines } from './element.ts'
import { beginning, master, type Todo, type TodoList } from './master.ts'
import { type Answer, answerOf, commandText, plural } from './words.ts'

/** One person's copy of the list: edited without delay, and flushed by hand. */
export function pane(name: string): HTMLElement {
  const proxy = new Proxy<TodoList>(beginning, { sequentialIds: true })
  const count = element('p', { className: 'count' })
  const todos = element('ul', { className: 'todos' })
  const waiting = element('div', { className: 'waiting' })
  const answer = element('div', { className: 'answer' }, nothingYet())
  answer.setAttribute('role', 'status')
  const flush = element('button', { type: 'button', className: 'primary', onclick: () => void exchange() }, 'Flush')

  async function exchange(): Promise<void> {
    const batch = proxy.beginFlush()
    const result = await master.apply(batch)
    proxy.endFlush(result.sync)
    answer.replaceChildren(...answerParts(answerOf(batch, result)))
    show()
  }

  function show(): void {
    const { completions } = peek(proxy)
    count.textContent = `commandCount ${proxy.getCommandCount()}`
    todos.replaceChildren(...Object.keys(proxy.getDocument().todos).map((id) => row(proxy, id)))
    waiting.replaceChildren(lines(completions.map(commandText), 'Nothing: the master has it all.'))
    flush.textContent = completions.length > 0 ? `Flush ${plural(completions.length, 'command')}` : 'Flush'
  }

  merge(proxy.document$, proxy.pending$).subscribe(show)

  const section = element(
    'section',
    { className: 'sheet pane' },
    element('header', {}, element('h2', {}, name), count),
    addForm(proxy, name),
    todos,
    element('h3', {}, 'Waiting'),
    waiting,
    flush,
    element('h3', {}, 'What came back'),
    answer,
  )
  section.setAttribute('aria-label', name)
  return section
}

/** What a flush would send now. */
function peek(proxy: Proxy<TodoList>) {
  const batch = proxy.beginFlush()
  proxy.cancelFlush()
  return batch
}

function addForm(proxy: Proxy<TodoList>, name: string): HTMLElement {
  const title = element('input', { type: 'text', placeholder: 'What needs doing?', autocomplete: 'off' })
  title.setAttribute('aria-label', `New todo of ${name}`)
  const form = element('form', { className: 'add' }, title, element('button', { type: 'submit' }, 'Add'))
  form.onsubmit = (event) => {
    event.preventDefault()
    if (title.value.trim() !== '') proxy.at('todos').create({ title: title.value.trim() })
    title.value = ''
    title.focus()
  }
  return form
}

function row(proxy: Proxy<TodoList>, id: string): HTMLElement {
  const todo = proxy.at('todos', id)
  const { title, done = false } = todo.value as Todo
  const tick = element('input', { type: 'checkbox', checked: done, onchange: () => void todo.update({ done: !done }) })
  tick.setAttribute('aria-label', title)
  const field = element('input', {
    type: 'text',
    value: title,
    onchange: () => void todo.update({ title: field.value }),
  })
  field.setAttribute('aria-label', `Title of ${title}`)
  const remove = element('button', { type: 'button', className: 'delete', onclick: () => void todo.delete() }, '×')
  remove.setAttribute('aria-label', `Delete ${title}`)
  return element('li', { className: done ? 'done' : '' }, tick, field, element('code', {}, id), remove)
}

const nothingYet = (): HTMLElement => element('p', { className: 'none' }, 'Nothing was flushed yet.')

function answerParts({ title, explanation, lines: texts, refused }: Answer): HTMLElement[] {
  const parts: HTMLElement[] = [element('p', {}, element('strong', {}, title), ` ${explanation}`)]
  if (texts.length > 0) parts.push(lines(texts, ''))
  if (refused.length > 0) parts.push(element('p', { className: 'refused' }, 'Refused:'), lines(refused, ''))
  return parts
}
