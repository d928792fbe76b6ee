import { document } from '../../lib/documents.ts'

export interface List {
  title: string
  todos: Record<string, { title: string; done?: boolean }>
}

export const initial: List = { title: '', todos: {} }

/** Every seventh todo is refused. */
export const documents = {
  list: document<List>({
    initial,
    interceptor: (_, command) =>
      command.action === 'create' && String(command.props?.title).endsWith('7')
        ? { rejection: 'Not a seventh.' }
        : undefined,
  }),
}
