/** A list that was open in this browser. */
export interface KnownList {
  readonly id: string
  readonly title: string
}

const storeName = 'millrace-lists'
const mostKnown = 6

/** The list that a page's path names: `/shopping` is `list/shopping`; there is none at `/`. */
export function listAt(path: string): `list/${string}` | undefined {
  const name = decoded(path.replace(/^\/+|\/+$/g, ''))
  return name === '' ? undefined : `list/${name}`
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

export const pathOf = (id: string): string =>
  `/${id.slice('list/'.length).split('/').map(encodeURIComponent).join('/')}`

/** What to call a list that has no title: `list/weekend-trip` is `Weekend trip`. */
export function nameOf(id: string): string {
  const words = id.slice('list/'.length).replaceAll('-', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

const before = [
  'amber',
  'brisk',
  'calm',
  'early',
  'gentle',
  'green',
  'lucky',
  'mellow',
  'quiet',
  'silver',
  'sunny',
  'swift',
]
const after = [
  'brook',
  'cedar',
  'ferry',
  'garden',
  'harbour',
  'island',
  'lantern',
  'meadow',
  'orchard',
  'river',
  'stone',
  'wheel',
]

/** A new list's name, which nobody guesses: `calm-river-k3vq8x2m`. */
export function newName(): string {
  const [first = 0, second = 0, ...others] = crypto.getRandomValues(new Uint8Array(10))
  const letters = others.map((n) => (n % 32).toString(32)).join('')
  return `${before[first % before.length]}-${after[second % after.length]}-${letters}`
}

/** The lists that were open in this browser, the latest first. */
export function knownLists(): readonly KnownList[] {
  try {
    const known: unknown = JSON.parse(localStorage.getItem(storeName) ?? '[]')
    return Array.isArray(known) ? known.filter(isKnownList) : []
  } catch {
    return []
  }
}

export function remember(list: KnownList): void {
  const lists = [list, ...knownLists().filter(({ id }) => id !== list.id)].slice(0, mostKnown)
  try {
    localStorage.setItem(storeName, JSON.stringify(lists))
  } catch {
    // Storage may be forbidden or full. The lists themselves are not kept there.
  }
}

const isKnownList = (value: unknown): value is KnownList =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as KnownList).id === 'string' &&
  typeof (value as KnownList).title === 'string'
