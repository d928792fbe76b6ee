import { type ReactNode, StrictMode } from 'react'
import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'
import { drive, type Scene, type Shown } from '../driver.ts'
import { loading } from './loading.tsx'
import { Whole } from './scene.tsx'
import { naively, withBinding } from './tearing.tsx'

const showing =
  (around: (node: ReactNode) => ReactNode) =>
  (element: HTMLElement, scene: Scene): Shown => {
    const root = createRoot(element)
    const choose = (id: string) => flushSync(() => root.render(around(<Whole scene={scene} chosen={id} />)))
    choose('t0')
    return { choose, hide: () => root.unmount() }
  }

drive({
  plain: showing((node) => node),
  strict: showing((node) => <StrictMode>{node}</StrictMode>),
  loading,
  withBinding,
  naively,
})
