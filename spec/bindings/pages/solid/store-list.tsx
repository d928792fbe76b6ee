/** @jsxImportSource solid-js */
import { useStore } from 'millrace/bindings/solid'
import { For } from 'solid-js'
import { type Scene, titleOf } from '../driver.ts'

/** The list out of one store of the whole document. */
export function StoreList(props: { readonly scene: Scene }) {
  const { list, rendered } = props.scene
  const shown = useStore(list)
  const ids = () => {
    rendered('list')
    return Object.keys(shown.value?.todos ?? {})
  }
  const title = (id: string) => {
    rendered(id)
    return titleOf(shown.value?.todos[id])
  }
  return (
    <ul>
      <For each={ids()}>{(id) => <li id={id}>{title(id)}</li>}</For>
    </ul>
  )
}
