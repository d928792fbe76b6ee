import { element, lines } from './element.ts'
import { beginning, history, master, memory } from './master.ts'
import { numberedFrom } from './words.ts'

const numbered = numberedFrom(beginning.commandCount)

/** The master: what it holds, and the commands that made it. */
export function masterPane(): HTMLElement {
  const count = element('p', { className: 'count' })
  const todos = element('ul', { className: 'todos' })
  const past = element('div', { className: 'history' })

  master.document$.subscribe(({ todos: records }) => {
    const rows = Object.entries(records).map(([id, { title, done }]) =>
      element('li', { className: done ? 'done' : '' }, element('span', {}, title), element('code', {}, id)),
    )
    todos.replaceChildren(...rows)
  })
  master.sync$.subscribe(show)
  show()

  function show(): void {
    count.textContent = `commandCount ${master.getSnapshot().commandCount}`
    past.replaceChildren(lines(history.map(numbered), 'No command yet.'))
  }

  const keeps = element('input', {
    type: 'checkbox',
    checked: memory.isKept,
    onchange: () => {
      memory.isKept = keeps.checked
    },
  })
  const section = element(
    'section',
    { className: 'sheet pane master' },
    element('header', {}, element('h2', {}, 'Master'), count),
    element('p', { className: 'rules' }, 'Takes 6 todos, and has titles begin with a capital.'),
    todos,
    element('h3', {}, 'History'),
    past,
    element('label', {}, keeps, 'Proxies that lag behind get these commands'),
    element('p', { className: 'rules' }, 'Otherwise they get the whole document.'),
  )
  section.setAttribute('aria-label', 'Master')
  return section
}
