import { formatIpv4, formatIpv6, formatMac, parseIpv4, parseIpv6, parseMac } from '../wire/address.ts'
import { TextSyntaxError } from '../wire/errors.ts'
import type { OxmCode, OxmValue } from './field.ts'
import { flagTables, formatFlags, formatMaskedFlags, parseFlags } from './flag-text.ts'
import { isWide } from './oxm.ts'
import { formatPort, parsePort } from './port-text.ts'

/** A value with its mask, as text or from it. */
export interface MaskedValue {
  readonly value: OxmValue
  readonly mask: OxmValue | undefined
}

const wholeMask = (bytes: number): OxmValue =>
  bytes > 6 || bytes === 5 ? (1n << BigInt(bytes * 8)) - 1n : 2 ** (bytes * 8) - 1

/** Leading one bits of a mask, or undefined where ones stand after a zero. */
export const prefixLength = (mask: OxmValue, bits: 32 | 128): number | undefined => {
  const bigMask = BigInt(mask)
  const ones = bigMask.toString(2).padStart(bits, '0').indexOf('0')
  const length = ones < 0 ? bits : ones
  return bigMask === prefixMask(length, bits) ? length : undefined
}

/** The mask with `length` leading ones. */
export const prefixMask = (length: number, bits: 32 | 128): bigint =>
  ((1n << BigInt(length)) - 1n) << BigInt(bits - length)

/** `0x…`, or plain `0`. */
export const hex = (value: OxmValue): string => (value === 0 || value === 0n ? '0' : `0x${value.toString(16)}`)

/** A 16-bit number as `0x0800`. */
export const hex4 = (value: number): string => `0x${value.toString(16).padStart(4, '0')}`

const hexMask = (mask: OxmValue | undefined): string => (mask === undefined ? '' : `/${hexOrZero(mask)}`)
const hexOrZero = (value: OxmValue): string => `0x${value.toString(16)}`

const addressMask = (mask: OxmValue | undefined, bits: 32 | 128, format: (mask: OxmValue) => string): string => {
  if (mask === undefined) return ''
  const length = prefixLength(mask, bits)
  return `/${length ?? format(mask)}`
}

type Formatter = (value: OxmValue, mask: OxmValue | undefined) => string

const formatters: Readonly<Record<OxmCode['field']['format'], Formatter>> = {
  decimal: (value, mask) => (mask === undefined ? String(value) : `${hexOrZero(value)}${hexMask(mask)}`),
  hex: (value, mask) => `${hex(value)}${hexMask(mask)}`,
  vlanVid: (value, mask) => `${mask === undefined ? String(value) : hexOrZero(value)}${hexMask(mask)}`,
  mac: (value, mask) => formatMac(Number(value)) + (mask === undefined ? '' : `/${formatMac(Number(mask))}`),
  ipv4: (value, mask) => formatIpv4(Number(value)) + addressMask(mask, 32, (m) => formatIpv4(Number(m))),
  ipv6: (value, mask) => formatIpv6(BigInt(value)) + addressMask(mask, 128, (m) => formatIpv6(BigInt(m))),
  port: (value) => formatPort(Number(value)),
  fragment: (value, mask) => formatFragment(Number(value), mask === undefined ? 3 : Number(mask)),
  ctState: (value, mask) => formatFlagValue('ctState', value, mask),
  tunnelFlags: (value, mask) => formatFlagValue('tunnelFlags', value, mask ?? 1),
  tcpFlags: (value, mask) => formatFlagValue('tcpFlags', value, mask),
}

const formatFlagValue = (table: keyof typeof flagTables, value: OxmValue, mask: OxmValue | undefined): string =>
  mask === undefined
    ? formatFlags(flagTables[table], Number(value))
    : formatMaskedFlags(flagTables[table], Number(value), Number(mask))

/** Bits of ip_frag: any fragment, and a later one (ovs-fields(7)). */
const fragmentNames: readonly (readonly [name: string, value: number, mask: number])[] = [
  ['no', 0, 3],
  ['first', 1, 3],
  ['later', 3, 3],
  ['yes', 1, 1],
  ['not_later', 0, 2],
  ['no', 0, 1],
  ['later', 2, 2],
]

const formatFragment = (value: number, mask: number): string =>
  fragmentNames.find(([, v, m]) => v === (value & mask) && m === mask)?.[0] ?? `${hexOrZero(value)}/${hexOrZero(mask)}`

/** The value of a field as ovs-ofctl writes it: `10.0.0.0/8`, `+est+trk`, `0x12/0xff`. */
export const formatValue = (code: OxmCode, value: OxmValue, mask?: OxmValue): string =>
  formatters[code.field.format](value, mask)

/** A number in decimal or `0x…` hexadecimal, of any width. */
export const parseInteger = (text: string): bigint => {
  if (!/^(0x[0-9a-f]+|\d+)$/i.test(text)) throw new TextSyntaxError(text, 'a number is expected')
  return BigInt(text)
}

const parseNumber = (text: string, code: OxmCode): OxmValue => {
  const value = parseInteger(text)
  if (value >> BigInt(Math.min(code.field.bits, code.length * 8)) !== 0n) {
    throw new TextSyntaxError(text, `${code.field.names[0]} has ${code.field.bits} bits`)
  }
  return isWide(code) ? value : Number(value)
}

const parseAddressMask = (text: string, bits: 32 | 128): OxmValue => {
  if (/^\d+$/.test(text) && Number(text) <= bits) {
    const mask = prefixMask(Number(text), bits)
    return bits === 32 ? Number(mask) : mask
  }
  return bits === 32 ? parseIpv4(text) : parseIpv6(text)
}

const parseOne = (code: OxmCode, text: string, isMask: boolean): OxmValue => {
  switch (code.field.format) {
    case 'mac':
      return parseMac(text)
    case 'ipv4':
      return isMask ? parseAddressMask(text, 32) : parseIpv4(text)
    case 'ipv6':
      return isMask ? parseAddressMask(text, 128) : parseIpv6(text)
    case 'port':
      return code.length === 2 ? parsePort(text) & 0xffff : parsePort(text)
    default:
      return parseNumber(text, code)
  }
}

const isAll = (mask: OxmValue, code: OxmCode): boolean => {
  const { bits } = code.field
  const bytes = bits % 8 === 0 && !code.field.variable ? bits / 8 : code.length
  return mask === wholeMask(bytes) || BigInt(mask) === (1n << BigInt(bits)) - 1n
}

/** The bits of a value that a mask selects. */
export const and = (value: OxmValue, mask: OxmValue): OxmValue =>
  typeof value === 'bigint' ? value & BigInt(mask) : Number(BigInt(value) & BigInt(mask))

/** Parses `value` or `value/mask`. A mask of all ones is the same as none. */
export const parseValue = (code: OxmCode, text: string): MaskedValue => {
  const { format } = code.field
  if (format === 'ctState' || format === 'tunnelFlags' || format === 'tcpFlags') {
    const flags = parseFlags(flagTables[format], text)
    const maximum = 2 ** (code.length * 8) - 1
    if (flags.value <= maximum && (flags.mask ?? 0) <= maximum) return flags
    throw new TextSyntaxError(text, `${code.field.names[0]} has ${code.length * 8} bits`)
  }
  if (format === 'fragment') {
    const known = fragmentNames.find(([name]) => name === text)
    if (known) return { value: known[1], mask: known[2] === 3 ? undefined : known[2] }
  }
  const slash = text.indexOf('/')
  if (slash < 0) return { value: parseOne(code, text, false), mask: undefined }
  const value = parseOne(code, text.slice(0, slash), false)
  const mask = parseOne(code, text.slice(slash + 1), true)
  return isAll(mask, code) ? { value, mask: undefined } : { value: and(value, mask), mask }
}
