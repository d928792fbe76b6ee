import { ChangeDetectionStrategy, Component } from '@angular/core'
import { add } from '../shared/editing.ts'
import { list } from '../shared/list.ts'

@Component({
  selector: 'form[addTodo]',
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { '(submit)': '$event.preventDefault()' },
  template: `
    <input
      #title
      id="new-todo"
      type="text"
      aria-label="New todo"
      placeholder="What needs doing?"
      autocomplete="off"
      maxlength="200"
    />
    <button type="submit" class="primary" (click)="submit(title)">Add</button>
  `,
})
export class AddTodo {
  submit(title: HTMLInputElement): void {
    if (add(list, title.value)) title.value = ''
  }
}
