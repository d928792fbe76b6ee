import { ChangeDetectionStrategy, Component, computed } from '@angular/core'
import { injectKeys, injectStatus } from 'millrace/bindings/angular'
import { list, name } from '../shared/list.ts'
import { describe } from '../shared/words.ts'
import { AddTodo } from './add-todo.ts'
import { NewsPanel } from './news-panel.ts'
import { TodoRow } from './todo-row.ts'
import { TodoSummary } from './todo-summary.ts'

@Component({
  selector: '#page',
  imports: [AddTodo, NewsPanel, TodoRow, TodoSummary],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <main class="sheet">
      <h1>{{ name }} <span class="made-with">Angular</span></h1>
      <div class="top">
        <form addTodo class="add"></form>
        <p class="status" [attr.data-tone]="told().tone" role="status" aria-live="polite">{{ told().text }}</p>
      </div>
      @if (ids().length > 0) {
        <ul class="rows" aria-label="Todos">
          @for (id of ids(); track id) {
            <li todoRow class="row" [todo]="list.at('todos', id)"></li>
          }
        </ul>
        <footer todoSummary class="summary"></footer>
      } @else if (status().state !== 'loading') {
        <div class="empty">
          <svg viewBox="0 0 96 64" aria-hidden="true">
            <path d="M8 22c12-14 26-14 40 0s28 14 40 0M8 40c12-14 26-14 40 0s28 14 40 0" />
          </svg>
          <p>Nothing to do yet.</p>
          <p class="more">Add something, here or in another window.</p>
        </div>
      }
    </main>
    <section newsPanel class="news" aria-label="News"></section>
  `,
})
export class TodoPage {
  readonly list = list
  readonly name = name
  readonly status = injectStatus(list)
  readonly told = computed(() => describe(this.status()))
  readonly ids = injectKeys(list.at('todos'))
}
