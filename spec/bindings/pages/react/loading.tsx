import { millraceHooks, useLoaded, useStatus, useValue } from 'millrace/bindings/react'
import { StrictMode, Suspense } from 'react'
import { createRoot } from 'react-dom/client'
import type { Documents, Scene, Shown } from '../driver.ts'
import { Boundary } from './boundary.tsx'

const { MillraceProvider, useProxy } = millraceHooks<Documents>()

function Title({ id }: { readonly id: `list/${string}` }) {
  const list = useLoaded(useProxy(id))
  return <p id="title">{useValue(list)?.title}</p>
}

function Loading({ id, rendered }: { readonly id: `list/${string}`; readonly rendered: Scene['rendered'] }) {
  const { state } = useStatus(useProxy(id))
  rendered(state)
  return null
}

/** Shows a document that is not there yet, by its id. */
export function loading(element: HTMLElement, { client, rendered }: Scene): Shown {
  const root = createRoot(element)
  const choose = (name: string) =>
    root.render(
      <StrictMode>
        <MillraceProvider client={client}>
          <Boundary key={name}>
            <Suspense fallback={<Loading id={`list/${name}`} rendered={rendered} />}>
              <Title id={`list/${name}`} />
            </Suspense>
          </Boundary>
        </MillraceProvider>
      </StrictMode>,
    )
  return { choose, hide: () => root.unmount() }
}
