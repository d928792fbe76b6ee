import { ChangeDetectionStrategy, Component, InjectionToken, inject, input, type Signal } from '@angular/core'
import type { Cursor } from 'millrace'
import { injectKeys, injectStatus, injectValue } from 'millrace/bindings/angular'
import { type Scene, type Todo, titleOf } from '../driver.ts'

export const shownScene = new InjectionToken<Scene>('the scene')
export const chosenTodo = new InjectionToken<Signal<string>>('the id of the chosen todo')
export const failure = new InjectionToken<Signal<string>>('what was thrown')

const { OnPush } = ChangeDetectionStrategy

@Component({
  selector: 'li[todoRow]',
  changeDetection: OnPush,
  template: '{{ title() }}',
})
class TodoRow {
  readonly todo = input.required<Cursor<Todo>>()
  readonly value = injectValue(() => this.todo())
  readonly #scene = inject(shownScene)

  title(): string {
    this.#scene.rendered(this.todo().path[1] ?? '')
    return titleOf(this.value())
  }
}

@Component({
  selector: 'ul[todoList]',
  imports: [TodoRow],
  changeDetection: OnPush,
  template: '@for (id of shown(); track id) { <li todoRow [id]="id" [todo]="scene.list.at(\'todos\', id)"></li> }',
})
class TodoList {
  readonly scene = inject(shownScene)
  readonly ids = injectKeys(this.scene.list.at('todos'))

  shown(): readonly string[] {
    this.scene.rendered('list')
    return this.ids()
  }
}

@Component({
  selector: 'todo-scene',
  imports: [TodoList],
  changeDetection: OnPush,
  template: `
    <p id="status">{{ status().state }} {{ status().pending }} {{ status().saved }} {{ line().state }}</p>
    <p id="chosen">{{ todo()?.title }}</p>
    @if (failure()) {
      <p id="failed">{{ failure() }}</p>
    } @else {
      <ul todoList></ul>
    }
  `,
})
export class Whole {
  readonly #scene = inject(shownScene)
  readonly #chosen = inject(chosenTodo)
  readonly failure = inject(failure)
  readonly status = injectStatus(this.#scene.list)
  readonly line = injectStatus(this.#scene.client)
  readonly todo = injectValue(() => this.#scene.list.at('todos', this.#chosen()))
}
