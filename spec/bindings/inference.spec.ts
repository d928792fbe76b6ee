import { expect, it } from '@jest/globals'
import { type Client, type ConnectedProxy, document } from 'millrace'
import * as angular from 'millrace/bindings/angular'
import * as react from 'millrace/bindings/react'
import * as solid from 'millrace/bindings/solid'
import * as svelte from 'millrace/bindings/svelte'
import * as vue from 'millrace/bindings/vue'

interface Todo {
  title: string
  done?: boolean
}

interface List {
  title: string
  todos: Record<string, Todo>
}

const documents = { list: document<List>({ initial: { title: '', todos: {} } }) }

declare const client: Client<typeof documents>
declare const list: ConnectedProxy<List>

const same = <T>(_value: T): void => undefined

// Checked by the compiler alone.
export const inferred = () => {
  const { MillraceProvider, useProxy } = react.millraceHooks<typeof documents>()
  same<ConnectedProxy<List>>(useProxy('list/shopping'))
  // @ts-expect-error there is no such kind
  useProxy('board/plans')
  same<(props: { client: typeof client }) => unknown>(MillraceProvider)

  same<Todo | undefined>(react.useValue(list.at('todos', 'x')))
  same<List | undefined>(react.useValue(list))
  same<boolean | undefined>(react.useValue(list.saved$))
  same<readonly string[]>(react.useKeys(list.at('todos')))
  same<readonly ('title' | 'todos')[]>(react.useKeys(list.at()))
  same<ConnectedProxy<List>>(react.useLoaded(list))
  same<number>(react.useStatus(list).pending)
  const { state } = react.useStatus(client)
  same<'connecting' | 'live' | 'offline' | 'refused' | 'closed'>(state)
  // @ts-expect-error a client has no commands that wait
  react.useStatus(client).pending
  // @ts-expect-error a todo has no such key
  react.useValue(list.at('todos', 'x'))?.titel
  // @ts-expect-error a value is no place
  react.useValue('todos')

  same<Todo | undefined>(vue.useValue(() => list.at('todos', 'x')).value)
  same<Todo | undefined>(vue.useValue(list.at('todos', 'x')).value)
  same<readonly string[]>(vue.useKeys(list.at('todos')).value)
  same<boolean>(vue.useStatus(list).value.saved)
  // @ts-expect-error it is to be read
  vue.useValue(list).value = undefined

  same<Todo | undefined>(svelte.useValue(() => list.at('todos', 'x')).current)
  same<readonly string[]>(svelte.useKeys(list.at('todos')).current)
  same<boolean>(svelte.useStatus(list).current.saved)

  same<Todo | undefined>(angular.injectValue(() => list.at('todos', 'x'))())
  same<readonly string[]>(angular.injectKeys(list.at('todos'))())
  same<boolean>(angular.injectStatus(() => list)().saved)

  same<Todo | undefined>(solid.useValue(() => list.at('todos', 'x'))())
  same<readonly string[]>(solid.useKeys(list.at('todos'))())
  same<string | undefined>(solid.useStore(list).value?.title)
  same<string | undefined>(solid.useStore(() => list.at('todos')).value?.x?.title)
  // @ts-expect-error it is to be read
  solid.useStore(list).value = undefined
}

it('What a binding gives is typed by what it is given', () => expect(inferred).toBeDefined())
