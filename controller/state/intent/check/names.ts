/** `3 ports (a, b, c)`, `200 ports (a, b, c and more)` */
export const listed = (ids: readonly string[], one: string): string => {
  const shown = ids.slice(0, 3).join(', ')
  return `${ids.length} ${one}${ids.length === 1 ? '' : 's'} (${shown}${ids.length > 3 ? ' and more' : ''})`
}
