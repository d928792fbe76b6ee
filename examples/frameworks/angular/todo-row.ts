import {
  afterNextRender,
  ChangeDetectionStrategy,
  Component,
  computed,
  type ElementRef,
  Injector,
  inject,
  input,
  signal,
  viewChild,
} from '@angular/core'
import type { Cursor } from 'millrace'
import { injectValue } from 'millrace/bindings/angular'
import type { Todo } from '../../todo/documents.ts'
import { leaveOnKey, rename } from '../shared/editing.ts'

@Component({
  selector: 'li[todoRow]',
  changeDetection: ChangeDetectionStrategy.OnPush,
  host: { '[attr.data-done]': 'done()' },
  template: `
    <input type="checkbox" [attr.aria-label]="title()" [checked]="done()" (change)="todo().update({ done: !done() })" />
    @if (isEditing()) {
      <input
        #field
        type="text"
        class="editing"
        [attr.aria-label]="'Edit ' + title()"
        maxlength="200"
        [defaultValue]="title()"
        (keydown)="leaveOnKey($event, field)"
        (blur)="save(field)"
      />
    } @else {
      <button type="button" class="title" title="Edit" (click)="edit()">{{ title() }}</button>
    }
    <button type="button" class="delete" [attr.aria-label]="'Delete ' + title()" (click)="todo().delete()">
      <svg viewBox="0 0 16 16" aria-hidden="true"><path d="M4 4l8 8M12 4l-8 8" /></svg>
    </button>
  `,
})
export class TodoRow {
  readonly todo = input.required<Cursor<Todo>>()
  readonly value = injectValue(() => this.todo())
  readonly title = computed(() => this.value()?.title ?? '')
  readonly done = computed(() => this.value()?.done ?? false)
  readonly isEditing = signal(false)
  readonly field = viewChild<ElementRef<HTMLInputElement>>('field')
  readonly leaveOnKey = leaveOnKey
  readonly #injector = inject(Injector)

  edit(): void {
    this.isEditing.set(true)
    afterNextRender(() => this.field()?.nativeElement.focus(), { injector: this.#injector })
  }

  save({ value }: HTMLInputElement): void {
    rename(this.todo(), value)
    this.isEditing.set(false)
  }
}
