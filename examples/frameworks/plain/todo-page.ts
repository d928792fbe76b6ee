import { combineLatest, map } from 'rxjs'
import { list, name } from '../shared/list.ts'
import { describe } from '../shared/words.ts'
import { addTodo } from './add-todo.ts'
import { drawing, element } from './element.ts'
import { newsPanel } from './news-panel.ts'
import { rows } from './rows.ts'
import { summary } from './summary.ts'

/** Each part looks at what it shows, and at nothing else. */
export function todoPage(): readonly Node[] {
  const heading = element('h1', {}, `${name} `, element('span', { class: 'made-with' }, 'Plain DOM'))
  const top = element('div', { class: 'top' }, addTodo(), status())
  return [element('main', { class: 'sheet' }, heading, top, todos()), newsPanel()]
}

function status(): HTMLElement {
  const shown = element('p', { class: 'status', role: 'status', 'aria-live': 'polite' })
  combineLatest([list.status$, list.pending$])
    .pipe(map(([now, pending]) => describe({ ...now, pending })))
    .subscribe(({ text, tone }) => {
      shown.textContent = text
      shown.dataset.tone = tone
    })
  return shown
}

function todos(): Node {
  const shown = element('div')
  const filled = [rows(), summary()]
  list.at('todos').keys$.subscribe((ids) => {
    if (ids.length === 0) shown.replaceChildren(empty())
    else if (!filled[0]?.isConnected) shown.replaceChildren(...filled)
  })
  return shown
}

const empty = (): HTMLElement =>
  element(
    'div',
    { class: 'empty' },
    drawing('0 0 96 64', 'M8 22c12-14 26-14 40 0s28 14 40 0M8 40c12-14 26-14 40 0s28 14 40 0'),
    element('p', {}, 'Nothing to do yet.'),
    element('p', { class: 'more' }, 'Add something, here or in another window.'),
  )
