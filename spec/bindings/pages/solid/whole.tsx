/** @jsxImportSource solid-js */
import type { Cursor } from 'millrace'
import { useKeys, useStatus, useValue } from 'millrace/bindings/solid'
import { ErrorBoundary, For } from 'solid-js'
import { type Scene, type Todo, titleOf } from '../driver.ts'

export function Whole(props: { readonly scene: Scene; readonly chosen: string }) {
  const { list, client } = props.scene
  const status = useStatus(list)
  const line = useStatus(client)
  const chosen = useValue(() => list.at('todos', props.chosen))
  return (
    <>
      <p id="status">{[status().state, status().pending, status().saved, line().state].join(' ')}</p>
      <p id="chosen">{chosen()?.title}</p>
      <ErrorBoundary fallback={({ message }: Error) => <p id="failed">{message}</p>}>
        <List scene={props.scene} />
      </ErrorBoundary>
    </>
  )
}

function List(props: { readonly scene: Scene }) {
  const { list, rendered } = props.scene
  const ids = useKeys(list.at('todos'))
  const shown = () => {
    rendered('list')
    return ids()
  }
  return (
    <ul>
      <For each={shown()}>{(id) => <Row id={id} todo={list.at('todos', id)} rendered={rendered} />}</For>
    </ul>
  )
}

interface RowProps {
  readonly id: string
  readonly todo: Cursor<Todo>
  readonly rendered: (what: string) => void
}

function Row(props: RowProps) {
  const todo = useValue(() => props.todo)
  const title = () => {
    props.rendered(props.id)
    return titleOf(todo())
  }
  return <li id={props.id}>{title()}</li>
}
