import { clearDone } from '../shared/editing.ts'
import { list } from '../shared/list.ts'
import { countsOf } from '../shared/words.ts'
import { button, element } from './element.ts'

export function summary(): HTMLElement {
  const left = element('span')
  const clear = button('', () => clearDone(list), 'Clear done')
  list.select('todos', countsOf).subscribe(({ all, done }) => {
    left.textContent = `${all - done} of ${all} to do`
    clear.disabled = done === 0
  })
  return element('footer', { class: 'summary' }, left, clear)
}
