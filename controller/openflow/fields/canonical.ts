import { type Field, fields, type OxmValue } from './field.ts'
import { inWireOrder } from './match.ts'
import { type Match, Oxm } from './oxm.ts'
import type { FieldKey } from './rows.ts'

const cfi = 0x1000

const word = (value: OxmValue, index: number): number => Number((BigInt(value) >> BigInt(index * 32)) & 0xffffffffn)

/** A field with bits of `mask` only; none for an empty mask, an exact match for a full one. */
const maskedOxm = (key: FieldKey, value: number, mask: number): Oxm[] => {
  const { code, bits } = fields[key]
  if (mask === 0) return []
  return [mask === 2 ** bits - 1 ? new Oxm(code, value) : new Oxm(code, value, mask)]
}

/** xreg and xxreg as the 32-bit registers that they consist of, the first holding the high bits. */
const registers = (oxm: Oxm, words: number): Oxm[] => {
  const first = (oxm.code.number - (words === 4 ? 111 : 0)) * words
  return Array.from({ length: words }, (_, index) => {
    const place = words - 1 - index
    const mask = oxm.mask === undefined ? 0xffffffff : word(oxm.mask, place)
    return maskedOxm(`reg${first + index}` as FieldKey, word(oxm.value, place), mask)
  }).flat()
}

/** vlan_tci as vlan_vid and vlan_pcp, where they can say the same. */
const vlan = (oxm: Oxm): Oxm[] => {
  const value = Number(oxm.value)
  const mask = oxm.mask === undefined ? 0xffff : Number(oxm.mask)
  const pcpMask = mask >>> 13
  const vid = maskedOxm('vlanVid', value & 0x1fff, mask & 0x1fff)
  if (pcpMask === 0 || (oxm.mask === undefined && value === 0)) return vid
  const pcpFits = pcpMask === 7 && (mask & cfi) !== 0 && (value & cfi) !== 0
  return pcpFits ? [...vid, new Oxm(fields.vlanPcp.code, value >>> 13)] : [oxm]
}

/** 16-bit port numbers of NXM as 32-bit ones. */
const port = (oxm: Oxm): Oxm[] => {
  const value = Number(oxm.value)
  return [new Oxm(fields.inPort.code, value >= 0xff00 ? value + 0xffff0000 : value)]
}

/** Whether a mask has every bit of the field; those beyond say nothing. */
const isFull = (field: Field, length: number, mask: OxmValue): boolean => {
  const bits = field.variable ? length * 8 : field.bits
  const full = (1n << BigInt(bits)) - 1n
  return bits > 0 && (BigInt(mask) & full) === full
}

/** The standard code point, and no mask where it says nothing. */
const standard = (oxm: Oxm): Oxm[] => {
  const { field, code, value, mask } = oxm
  // An option of no bytes asks only that the packet has it.
  if (mask !== undefined && BigInt(mask) === 0n && code.length > 0) return []
  const full = mask !== undefined && code.length > 0 && isFull(field, code.length, mask)
  if (code === field.code || field.variable) return [full ? new Oxm(code, value) : oxm]
  return [new Oxm(field.code, value, full ? undefined : mask)]
}

/** Flags of which Open vSwitch knows some bits, always under a mask of these. */
const flags = ({ code, value, mask }: Oxm, known: number): Oxm[] => {
  const counting = Number(mask ?? known) & known
  return counting === 0 ? [] : [new Oxm(code, Number(value) & counting, counting)]
}

/** The bits of tun_flags and ct_state that have a meaning. */
const tunFlagBits = 0x01
const ctStateBits = 0xff

const canonicalOxm = (oxm: Oxm): Oxm[] => {
  const { key } = oxm.field
  if (key === 'tunFlags') return flags(oxm, tunFlagBits)
  if (key === 'ctState') return flags(oxm, ctStateBits)
  if (key.startsWith('xreg')) return registers(oxm, 2)
  if (key.startsWith('xxreg')) return registers(oxm, 4)
  if (key === 'vlanTci') return vlan(oxm)
  if (key === 'inPortNxm') return port(oxm)
  if (key === 'nwTos') return [new Oxm(fields.ipDscp.code, Number(oxm.value) >>> 2)]
  return standard(oxm)
}

/**
 * The same match as Open vSwitch itself reports it over OpenFlow 1.3: fields in its order and
 * under their standard numbers, wide registers as 32-bit ones, no empty or full masks. Two
 * matches that mean the same have the same canonical bytes.
 */
export const canonicalMatch = (match: Match): Match => inWireOrder(match.flatMap(canonicalOxm))
