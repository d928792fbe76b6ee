import { ErrorHandler, signal } from '@angular/core'
import { createApplication } from '@angular/platform-browser'
import { drive } from '../driver.ts'
import { chosenTodo, failure, shownScene, Whole } from './whole.ts'

drive({
  plain(element, scene) {
    const chosen = signal('t0')
    const failed = signal('')
    const handler: ErrorHandler = {
      // Angular goes on with what it is at.
      handleError: ({ message }: Error) => queueMicrotask(() => failed.set(message)),
    }
    const app = createApplication({
      providers: [
        { provide: ErrorHandler, useValue: handler },
        { provide: shownScene, useValue: scene },
        { provide: chosenTodo, useValue: chosen },
        { provide: failure, useValue: failed },
      ],
    })
    void app.then((running) => running.bootstrap(Whole, element))
    return {
      choose: (id) => chosen.set(id),
      hide: async () => (await app).destroy(),
    }
  },
})
