/** `3 ports (a, b, c)`, `200 ports (a, b, c and more)` */
export const listed = (ids: readonly string[], one: string, many = `${one}s`): string => {
  const shown = ids.slice(0, 3).join(', ')
  return `${ids.length} ${ids.length === 1 ? one : many} (${shown}${ids.length > 3 ? ' and more' : ''})`
}

/** One of them that is not `id`. */
export const another = (ids: Iterable<string>, id: string): string | undefined => {
  for (const one of ids) if (one !== id) return one
  return undefined
}
