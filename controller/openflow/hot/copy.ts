/** Bytes up to which a loop is faster than `set`. */
const short = 64

/** Writes `source` to `target` from `at` on. */
export const copyBytes = (target: Uint8Array, at: number, source: Uint8Array): void => {
  const { length } = source
  if (length > short) target.set(source, at)
  else for (let index = 0; index < length; index++) target[at + index] = source[index] as number
}

/** Writes the Ethernet address that lies in `source` at `from`. */
export const copyMac = (target: DataView, at: number, source: DataView, from: number): void => {
  target.setUint32(at, source.getUint32(from))
  target.setUint16(at + 4, source.getUint16(from + 4))
}
