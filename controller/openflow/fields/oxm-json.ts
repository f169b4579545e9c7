import { EncodeError, TextSyntaxError } from '../wire/errors.ts'
import type { Json, JsonObject } from '../wire/json.ts'
import type { OxmCode, OxmValue } from './field.ts'
import { codeByName, isWide, Oxm, unknownCodeByName, withLength } from './oxm.ts'
import { formatValue, type MaskedValue, parseInteger, parseValue } from './value-text.ts'

const sameAs = (oxm: Oxm, { value, mask }: MaskedValue): boolean => oxm.value === value && oxm.mask === mask

/** Whether the text stands for this value and mask and no others that mean the same. */
const isExactText = (oxm: Oxm, text: string): boolean => {
  try {
    return sameAs(oxm, parseValue(oxm.code, text))
  } catch (error) {
    if (error instanceof TextSyntaxError) return false
    throw error
  }
}

const hex = (value: OxmValue): string => `0x${value.toString(16)}`

/**
 * A field's value as JSON: the text that ovs-ofctl takes. Where that would lose a bit, value and
 * mask stand as numbers; where the field has no one length, the length is given.
 */
export const oxmToJson = (oxm: Oxm): Json => {
  const text = formatValue(oxm.code, oxm.value, oxm.mask)
  const isText = isExactText(oxm, text)
  if (isText && !oxm.code.field.variable) return text
  return {
    ...(oxm.code.field.variable ? { bytes: oxm.code.length } : {}),
    ...(isText ? { value: text } : { value: hex(oxm.value), mask: oxm.mask === undefined ? null : hex(oxm.mask) }),
  }
}

const membersOf = (json: Json, path: string): JsonObject => {
  if (typeof json === 'string' || typeof json === 'number') return { value: json }
  if (typeof json === 'object' && json !== null && 'value' in json) return json
  throw new EncodeError(path, 'a value in ovs-ofctl syntax is expected')
}

const numberFor = (code: OxmCode, json: Json): OxmValue => {
  const value = parseInteger(String(json))
  return isWide(code) ? value : Number(value)
}

const maskedValueOf = (code: OxmCode, { value = '', mask }: JsonObject): MaskedValue => {
  if (mask === undefined) return parseValue(code, String(value))
  return { value: numberFor(code, value), mask: mask === null ? undefined : numberFor(code, mask) }
}

/** @throws EncodeError for an unknown field or a value that it cannot hold */
export const oxmFromJson = (name: string, json: Json, path: string): Oxm => {
  const members = membersOf(json, `${path}.${name}`)
  const bytes = members.bytes === undefined ? undefined : Number(members.bytes)
  const code = codeByName(name) ?? unknownCodeByName(name, bytes ?? 0)
  if (!code) throw new EncodeError(`${path}.${name}`, 'no such field')
  try {
    const sized = withLength(code, bytes ?? code.length)
    const { value, mask } = maskedValueOf(sized, members)
    return new Oxm(sized, value, mask)
  } catch (error) {
    if (error instanceof TextSyntaxError) throw new EncodeError(`${path}.${name}`, error.message)
    throw error
  }
}
