import type { OxmCode, OxmValue } from '../fields/field.ts'
import { flagTables, formatFlags } from '../fields/flag-text.ts'
import { isWide, type Oxm } from '../fields/oxm.ts'
import { formatValue, hex, type MaskedValue, parseValue } from '../fields/value-text.ts'
import { ones } from './runs.ts'

/** Formats of which set_field writes the bare number, and a mask after it in hexadecimal. */
const integerFormats: Readonly<Partial<Record<OxmCode['field']['format'], (value: OxmValue) => string>>> = {
  hex,
  decimal: String,
  vlanVid: String,
}

const formatWhole = (code: OxmCode, value: OxmValue): string =>
  code.field.format === 'tunnelFlags' ? formatFlags(flagTables.tunnelFlags, Number(value)) : formatValue(code, value)

/** Whether a mask has every bit of the field's bytes, or the one flag that tun_flags has. */
const isWhole = ({ field, length }: OxmCode, mask: OxmValue): boolean => {
  if (field.key === 'tunFlags') return (Number(mask) & 1) === 1
  return !field.variable && BigInt(mask) === ones(length * 8)
}

/** `VALUE[/MASK]` as ovs-ofctl writes it in set_field and learn. */
export const formatSetValue = ({ code, value, mask: given }: Oxm): string => {
  const mask = given === undefined || isWhole(code, given) ? undefined : given
  const integer = integerFormats[code.field.format]
  if (!integer) return mask === undefined ? formatWhole(code, value) : formatValue(code, value, mask)
  return mask === undefined ? integer(value) : `${integer(value)}/${hex(mask)}`
}

/** `set_field:VALUE[/MASK]->FIELD` */
export const formatSetField = (oxm: Oxm): string => `set_field:${formatSetValue(oxm)}->${oxm.field.names[0]}`

/** Formats whose values and masks are written alike, so that both may be read as values. */
const alike = new Set<OxmCode['field']['format']>(['decimal', 'hex', 'vlanVid', 'mac'])

/**
 * Parses `value` or `value/mask`. Unlike in a match the mask is kept unless it has every bit of the
 * field's bytes: with it ovs-ofctl sends other actions. `*` is `0/0`.
 */
export const parseSetValue = (code: OxmCode, text: string): MaskedValue => {
  const none = isWide(code) ? 0n : 0
  if (text === '*') return { value: none, mask: none }
  const slash = text.indexOf('/')
  if (slash < 0 || !alike.has(code.field.format)) return parseValue(code, text)
  return {
    value: parseValue(code, text.slice(0, slash)).value,
    mask: parseValue(code, text.slice(slash + 1)).value,
  }
}
