import { createContext, createElement, type ReactElement, type ReactNode, useContext } from 'react'
import type { Client } from '../../lib/client/client.ts'
import type { DocumentKinds } from '../../lib/documents.ts'

/** Hooks for the documents of one application. */
export interface MillraceHooks<K extends DocumentKinds> {
  /** Hands a client to all below it. */
  readonly MillraceProvider: (props: { readonly client: Client<K>; readonly children?: ReactNode }) => ReactElement
  /** The client that was handed down. */
  readonly useClient: () => Client<K>
  /**
   * A document by its id, typed by its kind. It stays open when the component goes, so that what waits in it is sent and
   * who comes back finds it there: it is the client's, until that is closed.
   */
  readonly useProxy: Client<K>['open']
}

/**
 * Makes a provider and hooks that know the types of an application's documents, so that ids and paths are checked.
 *
 * ```ts
 * export const { MillraceProvider, useProxy } = millraceHooks<typeof documents>()
 * ```
 */
export function millraceHooks<K extends DocumentKinds>(): MillraceHooks<K> {
  const ClientContext = createContext<Client<K> | undefined>(undefined)
  const useClient = () => {
    const client = useContext(ClientContext)
    if (!client) throw new TypeError('There is no client here: put a MillraceProvider above this component.')
    return client
  }
  return {
    MillraceProvider: ({ client, children }) => createElement(ClientContext.Provider, { value: client }, children),
    useClient,
    useProxy: (id, options) => useClient().open(id, options),
  }
}
