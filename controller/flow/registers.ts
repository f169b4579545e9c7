import { type FieldKey, fields, type Subfield, subfield } from '../openflow/index.ts'

/** Bits of a register: `['reg0', 0, 15]` are its lowest 16. */
export type BitRange = readonly [register: FieldKey, first: number, last: number]

/** Two names that claim the same bits, or bits that a register does not have. */
export class RegisterError extends Error {
  override readonly name = 'RegisterError'
}

/** The 32-bit registers that a range lies in, each with the mask of its bits. */
const footprint = ([register, first, last]: BitRange): Map<string, bigint> => {
  const parts = /^(x{0,2})reg(\d+)$/.exec(register)
  if (!parts) return new Map([[register, rangeMask(first, last)]])
  const words = 2 ** (parts[1] as string).length
  const base = Number(parts[2]) * words
  const whole = rangeMask(first, last)
  return new Map(
    Array.from({ length: words }, (_, word): [string, bigint] => [
      `reg${base + words - 1 - word}`,
      (whole >> BigInt(word * 32)) & 0xffffffffn,
    ]).filter(([, mask]) => mask !== 0n),
  )
}

const rangeMask = (first: number, last: number): bigint => ((1n << BigInt(last - first + 1)) - 1n) << BigInt(first)

/**
 * Names bits of registers once, for all apps of a bridge. Ranges in wide registers (xreg, xxreg)
 * are checked against the narrow ones that they consist of.
 *
 * @throws RegisterError naming both where two ranges overlap, or where a register is too narrow
 */
export const allotRegisters = <const R extends Readonly<Record<string, BitRange>>>(
  ranges: R,
): { readonly [K in keyof R]: Subfield } => {
  const taken: { name: string; bits: Map<string, bigint> }[] = []
  const allotted = Object.entries(ranges).map(([name, range]) => {
    const [register, first, last] = range
    const width = fields[register].bits
    if (first < 0 || last < first || last >= width) {
      throw new RegisterError(`${name}: ${register} has bits 0 to ${width - 1}, not ${first} to ${last}`)
    }
    const bits = footprint(range)
    const other = taken.find((one) => overlap(one.bits, bits))
    if (other) throw new RegisterError(`${name} and ${other.name} both claim bits of ${register}`)
    taken.push({ name, bits })
    return [name, subfield(register, first, last - first + 1)]
  })
  return Object.fromEntries(allotted) as { readonly [K in keyof R]: Subfield }
}

const overlap = (a: Map<string, bigint>, b: Map<string, bigint>): boolean =>
  [...a].some(([register, mask]) => ((b.get(register) ?? 0n) & mask) !== 0n)
