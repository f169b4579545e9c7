import { allFields, type Field, type OxmCode, type OxmValue } from '../../../controller/openflow/fields/field.ts'
import { inWireOrder } from '../../../controller/openflow/fields/match.ts'
import { isWide, type Match, Oxm, unknownCodeByName, withLength } from '../../../controller/openflow/fields/oxm.ts'
import type { FieldKey } from '../../../controller/openflow/fields/rows.ts'
import fc from '../../support/random.ts'
import { bigBits, bits, from } from './values.ts'

const ofBits = (code: OxmCode, count: number): fc.Arbitrary<OxmValue> => (isWide(code) ? bigBits(count) : bits(count))

/** Any bits in the bytes of a field, and any mask or none. */
const anyValue = (code: OxmCode): fc.Arbitrary<Oxm> => {
  const value = ofBits(code, code.length * 8)
  return fc.tuple(value, fc.option(value, { nil: undefined })).map(([v, mask]) => new Oxm(code, v, mask))
}

const lengths = (code: OxmCode): fc.Arbitrary<OxmCode> =>
  code.field.variable ? from(0, code.length).map((length) => withLength(code, length)) : fc.constant(code)

const knownCodes = allFields.flatMap(({ codePoints }) => codePoints)

/** Code points that no row describes, of several classes. */
export const unknownCode = fc
  .tuple(fc.constantFrom('OXM_8000', 'OXM_7fff', 'OXM_1', 'OXM_ffff_12345678'), from(0, 127), from(0, 20))
  .map(([space, number, length]) => unknownCodeByName(`${space}_${number}`, length) as OxmCode)
  .filter(({ class: oxmClass, number, experimenter }) =>
    knownCodes.every((code) => code.class !== oxmClass || code.number !== number || code.experimenter !== experimenter),
  )

/** A field under any of its numbers with any bits for its value, as a careless peer may send it. */
export const anyOxm: fc.Arbitrary<Oxm> = fc
  .oneof({ weight: 9, arbitrary: fc.constantFrom(...knownCodes).chain(lengths) }, { weight: 1, arbitrary: unknownCode })
  .chain(anyValue)

/** Any fields in any order, even one twice. */
export const anyMatch: fc.Arbitrary<Match> = fc
  .array(anyOxm, { maxLength: 6 })
  .chain((match) => fc.constantFrom(match, match, match, [...match, ...match.slice(0, 1)]))

const narrow = (code: OxmCode, value: bigint): OxmValue => (isWide(code) ? value : Number(value))

/** Bits that values of a field may have. */
const bitsOf = (code: OxmCode): number => (code.field.variable ? code.length * 8 : code.field.bits)

const ones = (count: number): bigint => (1n << BigInt(count)) - 1n

/** ovs-ofctl takes a mask that starts with a digit for the length of a prefix. */
const ipv6Mask: fc.Arbitrary<bigint> = fc.oneof(
  from(1, 128).map((length) => ones(length) << BigInt(128 - length)),
  bigBits(126).map((mask) => mask | (3n << 126n)),
)

/** Options are as long as their values, or masks, need. */
const least = (code: OxmCode): bigint => (code.field.variable ? 1n << BigInt(code.length * 8 - 8) : 0n)

const masked = (code: OxmCode): fc.Arbitrary<Oxm> => {
  const count = bitsOf(code)
  const mask = code.field.format === 'ipv6' ? ipv6Mask : fc.bigInt({ min: least(code) || 1n, max: ones(count) })
  return fc.tuple(bigBits(count), mask).map(([value, m]) => {
    if (m === ones(count)) return new Oxm(code, narrow(code, value | least(code)))
    return new Oxm(code, narrow(code, value & m), narrow(code, m))
  })
}

const exact = (code: OxmCode): fc.Arbitrary<Oxm> =>
  fc.bigInt({ min: least(code), max: ones(bitsOf(code)) }).map((value) => new Oxm(code, narrow(code, value)))

/** Ports that Open vSwitch has: 16-bit ones, and the reserved ones that packets come from. */
export const port = fc.oneof(from(1, 0xfeff), fc.constantFrom(0xfffffffe, 0xfffffffd))

const exactly = (code: OxmCode, values: fc.Arbitrary<number>): fc.Arbitrary<Oxm> =>
  values.map((value) => new Oxm(code, value))

const pairs = (code: OxmCode, ...list: readonly (readonly [value: number, mask?: number])[]): fc.Arbitrary<Oxm> =>
  fc.constantFrom(...list).map(([value, mask]) => new Oxm(code, value, mask))

const vlanPresent = 0x1000
const tracked = 0x20

/** Fields whose values have rules of their own. */
const special: Partial<Record<FieldKey, (code: OxmCode) => fc.Arbitrary<Oxm>>> = {
  inPort: (code) => exactly(code, port),
  inPhyPort: (code) => exactly(code, port),
  inPortNxm: (code) => exactly(code, from(1, 0xfeff)),
  actsetOutput: (code) => exactly(code, port),
  vlanVid: (code) =>
    fc.oneof(
      exactly(
        code,
        bits(12).map((vid) => vid | vlanPresent),
      ),
      pairs(code, [vlanPresent, vlanPresent], [0]),
    ),
  vlanTci: (code) =>
    exactly(
      code,
      bits(16).map((tci) => tci | vlanPresent),
    ),
  // Without the lower two bits, which are ECN's.
  nwTos: (code) =>
    exactly(
      code,
      bits(6).map((dscp) => dscp << 2),
    ),
  // Open vSwitch has 8 bits for it.
  arpOp: (code) => exactly(code, from(1, 0xff)),
  nshTtl: (code) => exactly(code, bits(6)),
  nshMdtype: (code) => exactly(code, from(1, 2)),
  ipFrag: (code) => pairs(code, [0], [1], [3], [1, 1], [0, 2]),
  tunFlags: (code) => pairs(code, [0, 1], [1, 1]),
  ctState: (code) => from(0, 0xff).map((mask) => new Oxm(code, (0xaa & mask) | tracked, mask | tracked)),
  packetType: (code) => exactly(code, fc.constant(0)),
}

const sized = (field: Field): fc.Arbitrary<OxmCode> =>
  field.variable ? from(1, 16).map((length) => withLength(field.code, length)) : fc.constant(field.code)

/** A field as the standard wants it: bits of its own only, and none outside the mask. */
export const soundOxm = (field: Field): fc.Arbitrary<Oxm> =>
  sized(field).chain(
    (code) =>
      special[field.key as FieldKey]?.(code) ?? (field.maskable ? fc.oneof(exact(code), masked(code)) : exact(code)),
  )

const others: Partial<Record<string, FieldKey>> = {
  vlanTci: 'vlanVid',
  vlanPcp: 'vlanVid',
  inPortNxm: 'inPort',
  nwTos: 'ipDscp',
}

/** What a field says something of: fields that overlap, such as reg1 and xreg0, could contradict one another. */
const places = ({ key }: Field): readonly string[] => {
  const [, kind = '', number = ''] = /^(x{0,2}reg)(\d+)$/.exec(key) ?? []
  if (kind === '') return [others[key] ?? key]
  const words = 2 ** (kind.length - 3)
  return Array.from({ length: words }, (_, index) => `reg${Number(number) * words + index}`)
}

/** What `base` says, and some of `choice` that do not contradict it or one another. */
export const assemble = (base: Match, choice: readonly Oxm[]): Match => {
  const taken = new Set(base.flatMap(({ field }) => places(field)))
  const match = [...base]
  for (const oxm of choice) {
    const isNew = places(oxm.field).every((place) => !taken.has(place))
    if (!isNew && !(oxm.field.key === 'vlanPcp' && !match.some(({ field }) => field === oxm.field))) continue
    match.push(oxm)
    for (const place of places(oxm.field)) taken.add(place)
  }
  return inWireOrder(match)
}

/** A match that a switch accepts: `base` and up to `maxLength` of the fields of `choice`. */
export const soundMatch = (base: Match, choice: readonly Field[], maxLength = 4): fc.Arbitrary<Match> =>
  choice.length === 0
    ? fc.constant(base)
    : fc.array(fc.constantFrom(...choice).chain(soundOxm), { maxLength }).map((oxms) => assemble(base, oxms))
