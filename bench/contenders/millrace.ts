import { skip } from 'rxjs'
import { textOf } from '../../lib/host/index.ts'
import { Master, Proxy } from '../../lib/index.ts'
import type { Contender, Observed } from '../support/contender.ts'
import type { TodoList } from '../support/todos.ts'
import { alike, type MasterAlike, type ProxyAlike } from './flushout-alike.ts'

export const contender: Contender = {
  ...alike({
    deletion: 'delete',
    proxy: (snapshot) => new Proxy<TodoList>(snapshot) as ProxyAlike,
    master: (snapshot, historyProvider) => new Master<TodoList>(snapshot, { historyProvider }) as MasterAlike,
    textOf,
  }),
  observe,
  hold: (document) => new Proxy<TodoList>({ commandCount: 0, document }),
}

function observe(document: TodoList): Observed {
  const list = new Proxy<TodoList>({ commandCount: 0, document })
  return {
    update: (id, props) => void list.apply({ action: 'update', path: ['todos', id], props }),
    batch: (fn) => list.batch(fn),
    watch: (told) => void list.document$.pipe(skip(1)).subscribe(told),
    watchTodo: (id, told) =>
      void list
        .at('todos', id)
        .value$.pipe(skip(1))
        .subscribe((todo) => todo && told(todo)),
    watchIds: (told) => void list.at('todos').keys$.pipe(skip(1)).subscribe(told),
    document: () => list.getDocument(),
  }
}
