/** The keys of one document. They share a hash tag, so that a cluster keeps them together. */
export interface Keys {
  /** Where it stands. */
  readonly history: string
  readonly batches: string
  readonly records: string
  /** Its clients, by when they were last here. */
  readonly clients: string
  readonly snapshot: string
  /** There while a host keeps a snapshot. */
  readonly saving: string
  /** Where notices of what was appended are published. */
  readonly channel: string
}

export function keysOf(prefix: string, id: string): Keys {
  // An empty tag is none.
  const document = `${prefix}{${encoded(id) || '""'}}`
  return {
    history: document,
    batches: `${document}:batches`,
    records: `${document}:records`,
    clients: `${document}:clients`,
    snapshot: `${document}:snapshot`,
    saving: `${document}:saving`,
    channel: `${document}:grown`,
  }
}

export const channelOf = (prefix: string, name: string): string => `${prefix}channel:${encoded(name)}`

/** Any text, as one without braces, spaces or halves of characters. No two give the same. */
export const encoded = (text: string): string =>
  plain.test(text) ? text : encodeURIComponent(JSON.stringify(text).slice(1, -1)).replaceAll('%2F', '/')

/** Stands for itself, as most texts do. */
const plain = /^[\w/-]*$/

export const decoded = (text: string): string => JSON.parse(`"${decodeURIComponent(text)}"`) as string
