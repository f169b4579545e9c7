/** The first `count` items; the iteration goes on to exist until the caller closes it. */
export const take = async <T>(source: AsyncIterable<T>, count: number): Promise<T[]> => {
  const items: T[] = []
  if (count === 0) return items
  for await (const item of source) if (items.push(item) === count) break
  return items
}

/** The name of the error that a promise is rejected with, or undefined. */
export const refusal = async (promise: Promise<unknown>): Promise<string | undefined> => {
  try {
    await promise
    return undefined
  } catch (error) {
    return error instanceof Error ? error.name : String(error)
  }
}
