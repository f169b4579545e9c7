/** Bytes up to which a loop is faster than `set`. */
const short = 64

/** Writes `source` to `target` from `at` on. */
export const copyBytes = (target: Uint8Array, at: number, source: Uint8Array): void => {
  const { length } = source
  if (length > short) target.set(source, at)
  else for (let index = 0; index < length; index++) target[at + index] = source[index] as number
}
