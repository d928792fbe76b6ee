import { ChangeDetectionStrategy, Component, computed } from '@angular/core'
import { injectValue } from 'millrace/bindings/angular'
import { clearDone } from '../shared/editing.ts'
import { list } from '../shared/list.ts'
import { countsOf } from '../shared/words.ts'

@Component({
  selector: 'footer[todoSummary]',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <span>{{ counts().all - counts().done }} of {{ counts().all }} to do</span>
    <button type="button" [disabled]="counts().done === 0" (click)="clearDone()">Clear done</button>
  `,
})
export class TodoSummary {
  readonly todos = injectValue(list.at('todos'))
  readonly counts = computed(() => countsOf(this.todos()))

  clearDone(): void {
    clearDone(list)
  }
}
