/** What there is of some resources beyond others of their kind. */
export function beyond(some: readonly string[], others: readonly string[]): string[] {
  const known = [...others]
  return some.filter((resource) => {
    const i = known.indexOf(resource)
    if (i >= 0) known.splice(i, 1)
    return i < 0
  })
}
