import type { Problem } from '../../controller/yaml/index.ts'

/** What a reader throws about a text, as a problem of the part with this path. */
export const mistakes = (path: string, read: () => string | undefined): Problem[] => {
  try {
    const message = read()
    return message === undefined ? [] : [{ path, message }]
  } catch (error) {
    return [{ path, message: (error as Error).message }]
  }
}

export const oneOf = (names: readonly string[]): string =>
  names.length === 0 ? 'must be one of them, and there is none' : `must be one of ${names.join(', ')}`
