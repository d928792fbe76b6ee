type Child = Node | string

/** Makes an element: `element('p', { className: 'more' }, 'text')`. */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  properties: Partial<HTMLElementTagNameMap[K]> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const made = Object.assign(document.createElement(name), properties)
  made.append(...children)
  return made
}

/** A list with the texts as they are, or a word for none. */
export function lines(texts: readonly string[], none: string): HTMLElement {
  if (texts.length === 0) return element('p', { className: 'none' }, none)
  return element('ol', { className: 'lines' }, ...texts.map((text) => element('li', {}, element('code', {}, text))))
}
