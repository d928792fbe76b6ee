import { AsyncPipe } from '@angular/common'
import { ChangeDetectionStrategy, Component } from '@angular/core'
import { news } from '../shared/list.ts'

/** What was refused, above everything else. */
@Component({
  selector: 'section[newsPanel]',
  imports: [AsyncPipe],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    @for (refusal of news.refusals$ | async; track refusal.key) {
      <div class="item" data-tone="bad" role="alert">
        <p>
          <strong>{{ refusal.what }}</strong> {{ refusal.why }}
        </p>
        <button type="button" (click)="news.dismiss(refusal)">Dismiss</button>
      </div>
    }
  `,
})
export class NewsPanel {
  readonly news = news
}
