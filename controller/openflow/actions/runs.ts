/** Consecutive bits, from bit `offset` up. */
export interface Run {
  readonly offset: number
  readonly bits: number
}

/** Bits that one reg_load holds. */
const loadBits = 64

/** A number of `bits` ones. */
export const ones = (bits: number): bigint => (1n << BigInt(bits)) - 1n

/** The bits of a value that a run covers. */
export const bitsOf = (value: bigint, { offset, bits }: Run): bigint => (value >> BigInt(offset)) & ones(bits)

/** The runs of ones in a mask of `width` bits, from the lowest, none longer than one reg_load. */
export const runs = (mask: bigint, width: number): readonly Run[] => {
  const found: Run[] = []
  let start = 0
  for (let bit = 0; bit <= width; bit++) {
    const isOne = bit < width && ((mask >> BigInt(bit)) & 1n) === 1n
    if (bit > start && (!isOne || bit - start === loadBits)) {
      found.push({ offset: start, bits: bit - start })
      start = bit
    }
    if (!isOne) start = bit + 1
  }
  return found
}
