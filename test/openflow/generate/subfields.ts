import { allFields, type OxmCode } from '../../../controller/openflow/fields/field.ts'
import { withLength } from '../../../controller/openflow/fields/oxm.ts'
import { type Subfield, wholeBits } from '../../../controller/openflow/fields/subfield.ts'
import fc from '../../support/random.ts'
import { unknownCode } from './fields.ts'
import { from } from './values.ts'

/** Bits of a field, at most `maximum`. */
const within = (code: OxmCode, maximum: number): fc.Arbitrary<Subfield> => {
  const whole = wholeBits(code)
  return from(0, whole - 1).chain((offset) =>
    from(1, Math.min(whole - offset, maximum)).map((count) => ({ code, offset, bits: count })),
  )
}

const ofAnyLength = (code: OxmCode): fc.Arbitrary<OxmCode> =>
  code.field.variable ? from(1, code.length).map((length) => withLength(code, length)) : fc.constant(code)

const codes = allFields.flatMap(({ codePoints }) => codePoints)

/** Bits that no known field has; 64 of them are counted in 6 bits, beside 10 for the offset. */
const beyond = (maximum: number): fc.Arbitrary<Subfield> =>
  fc
    .tuple(unknownCode, from(0, 0x3ff), from(1, maximum))
    .map(([code, offset, count]) => ({ code, offset, bits: count }))

const choose =
  (list: readonly OxmCode[], isShort: boolean) =>
  (maximum = 64): fc.Arbitrary<Subfield> =>
    fc.oneof(
      {
        weight: 15,
        arbitrary: fc
          .constantFrom(...list)
          .chain(ofAnyLength)
          .chain((code) => within(code, maximum)),
      },
      {
        weight: 1,
        arbitrary: beyond(maximum).filter(({ code }) => !isShort || code.experimenter === undefined),
      },
    )

/** Bits of any field, `maximum` at the most. */
export const anySubfield = choose(codes, false)
/** The same of a field whose header has 4 bytes. */
export const anyShortSubfield = choose(
  codes.filter(({ experimenter }) => experimenter === undefined),
  true,
)

/** `count` bits of one of the registers, which every action can read and write. */
export const registerBits = (count: number): fc.Arbitrary<Subfield> => {
  const registers = allFields.filter(({ key }) => /^reg\d/.test(key))
  return fc
    .tuple(fc.constantFrom(...registers), from(0, 32 - count))
    .map(([{ nxmCode }, offset]) => ({ code: nxmCode, offset, bits: count }))
}

/** Any number of bits of a register. */
export const anyRegisterBits: fc.Arbitrary<Subfield> = from(1, 32).chain(registerBits)

/** The same number of bits of two fields. */
export const subfieldPair = (
  side: (maximum?: number) => fc.Arbitrary<Subfield>,
): fc.Arbitrary<{ src: Subfield; dst: Subfield }> =>
  fc.tuple(side(), side()).map(([src, dst]) => {
    const count = Math.min(src.bits, dst.bits)
    return { src: { ...src, bits: count }, dst: { ...dst, bits: count } }
  })
