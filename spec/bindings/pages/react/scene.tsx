import type { Cursor } from 'millrace'
import { useKeys, useStatus, useValue } from 'millrace/bindings/react'
import { memo } from 'react'
import { type Scene, type Todo, titleOf } from '../driver.ts'
import { Boundary } from './boundary.tsx'

export function Whole({ scene, chosen }: { readonly scene: Scene; readonly chosen: string }) {
  return (
    <>
      <Status scene={scene} />
      <Chosen todo={scene.list.at('todos', chosen)} />
      <Boundary>
        <List scene={scene} />
      </Boundary>
    </>
  )
}

const List = memo(function List({ scene: { list, rendered } }: { readonly scene: Scene }) {
  const ids = useKeys(list.at('todos'))
  rendered('list')
  return (
    <ul>
      {ids.map((id) => (
        <Row key={id} id={id} todo={list.at('todos', id)} rendered={rendered} />
      ))}
    </ul>
  )
})

interface RowProps {
  readonly id: string
  readonly todo: Cursor<Todo>
  readonly rendered: (what: string) => void
}

const Row = memo(function Row({ id, todo, rendered }: RowProps) {
  const value = useValue(todo)
  rendered(id)
  return <li id={id}>{titleOf(value)}</li>
})

const Chosen = ({ todo }: { readonly todo: Cursor<Todo> }) => <p id="chosen">{useValue(todo)?.title}</p>

function Status({ scene: { list, client } }: { readonly scene: Scene }) {
  const { state, pending, saved } = useStatus(list)
  return <p id="status">{[state, pending, saved, useStatus(client).state].join(' ')}</p>
}
