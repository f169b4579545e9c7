import { EncodeError, TextSyntaxError } from '../wire/errors.ts'
import type { Json } from '../wire/json.ts'
import { codeByName, Oxm, unknownCodeByName, withLength } from './oxm.ts'
import { formatValue, parseValue } from './value-text.ts'

/** A field's value as JSON: the text that ovs-ofctl takes. */
export const oxmToJson = (oxm: Oxm): Json =>
  oxm.code.field.variable ? { bytes: oxm.code.length, value: valueText(oxm) } : valueText(oxm)

/** tun_flags reads `+oam` with a mask and without: a number, which has none, tells them apart. */
const valueText = ({ code, value, mask }: Oxm): string =>
  code.field.format === 'tunnelFlags' && mask === undefined ? String(value) : formatValue(code, value, mask)

const textOf = (json: Json, path: string): { text: string; bytes?: number } => {
  if (typeof json === 'string' || typeof json === 'number') return { text: String(json) }
  if (typeof json === 'object' && json !== null && 'value' in json && 'bytes' in json) {
    return { text: String(json.value), bytes: Number(json.bytes) }
  }
  throw new EncodeError(path, 'a value in ovs-ofctl syntax is expected')
}

/** @throws EncodeError for an unknown field or a value that it cannot hold */
export const oxmFromJson = (name: string, json: Json, path: string): Oxm => {
  const { text, bytes } = textOf(json, `${path}.${name}`)
  const code = codeByName(name) ?? unknownCodeByName(name, bytes ?? 0)
  if (!code) throw new EncodeError(`${path}.${name}`, 'no such field')
  try {
    const sized = withLength(code, bytes ?? code.length)
    const { value, mask } = parseValue(sized, text)
    return new Oxm(sized, value, mask)
  } catch (error) {
    if (error instanceof TextSyntaxError) throw new EncodeError(`${path}.${name}`, error.message)
    throw error
  }
}
