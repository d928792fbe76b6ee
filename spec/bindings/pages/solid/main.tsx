/** @jsxImportSource solid-js */
import { createSignal } from 'solid-js'
import { render } from 'solid-js/web'
import { drive, type Scene, type Shown } from '../driver.ts'
import { StoreList } from './store-list.tsx'
import { Whole } from './whole.tsx'

drive({
  plain(element, scene): Shown {
    const [chosen, choose] = createSignal('t0')
    const hide = render(() => <Whole scene={scene} chosen={chosen()} />, element)
    return { choose, hide }
  },
  store(element: HTMLElement, scene: Scene): Shown {
    return { choose: () => undefined, hide: render(() => <StoreList scene={scene} />, element) }
  },
})
