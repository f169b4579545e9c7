import { isWide, Oxm } from '../fields/oxm.ts'
import { formatSubfield, type Subfield, wholeBits } from '../fields/subfield.ts'
import { hex, parseInteger, parseValue } from '../fields/value-text.ts'
import { arrow, type Item } from '../text/scan.ts'
import { TextSyntaxError } from '../wire/errors.ts'
import type { LearnSpec } from './learn-spec.ts'
import { parseMove } from './move.ts'
import { formatSetValue } from './set-value.ts'
import { parseShortSubfield } from './short-field.ts'

const isWhole = ({ code, offset, bits }: Subfield): boolean => offset === 0 && bits === wholeBits(code)

/** `eth_type=0x800` where the whole field is meant, `NXM_OF_VLAN_TCI[0..11]=0x5` otherwise. */
const formatConstantMatch = (value: bigint, dst: Subfield): string => {
  if (!isWhole(dst)) return `${formatSubfield(dst)}=${hex(value)}`
  const oxm = new Oxm(dst.code, isWide(dst.code) ? value : Number(value))
  return `${dst.code.field.names[0]}=${formatSetValue(oxm)}`
}

const isSame = (a: Subfield, b: Subfield): boolean => a.code.field === b.code.field && a.offset === b.offset

/** A spec as ovs-ofctl writes it inside learn(…). */
export const formatSpec = (spec: LearnSpec): string => {
  const { src } = spec
  if (spec.type === 'output') return `output:${formatSubfield(spec.src)}`
  const dst = formatSubfield(spec.dst)
  if (spec.type === 'load') return `load:${typeof src === 'bigint' ? hex(src) : formatSubfield(src)}->${dst}`
  if (typeof src === 'bigint') return formatConstantMatch(src, spec.dst)
  return isSame(src, spec.dst) ? dst : `${dst}=${formatSubfield(src)}`
}

const trySubfield = (text: string): Subfield | undefined =>
  /^[a-z_]\w*(\[|$)/i.test(text) ? subfieldOrNone(text) : undefined

const subfieldOrNone = (text: string): Subfield | undefined => {
  try {
    return parseShortSubfield(text)
  } catch (error) {
    if (error instanceof TextSyntaxError) return undefined
    throw error
  }
}

const checkedConstant = (value: bigint, dst: Subfield, text: string): bigint => {
  if (value >> BigInt(dst.bits) === 0n) return value
  throw new TextSyntaxError(text, `a value of at most ${dst.bits} bits is expected`)
}

const parseConstant = (text: string, dst: Subfield): bigint => {
  const value = isWhole(dst) ? BigInt(parseValue(dst.code, text).value) : parseInteger(text)
  return checkedConstant(value, dst, text)
}

const parseMatchSpec = (key: string, value: string): LearnSpec => {
  const dst = parseShortSubfield(key)
  if (value === '') return { type: 'match', src: dst, dst }
  const src = trySubfield(value) ?? parseConstant(value, dst)
  if (typeof src !== 'bigint' && src.bits !== dst.bits) {
    throw new TextSyntaxError(value, `${src.bits} bits cannot match ${dst.bits}`)
  }
  return { type: 'match', src, dst }
}

const parseLoadSpec = (text: string): LearnSpec => {
  const [from, to] = arrow(text)
  if (!/^\d/.test(from)) return { type: 'load', ...parseMove(text) }
  const dst = parseShortSubfield(to)
  return { type: 'load', src: checkedConstant(parseInteger(from), dst, text), dst }
}

/** Parses an item of learn(…) that is none of its members. */
export const parseSpec = ({ key, value }: Item): LearnSpec => {
  if (key === 'load') return parseLoadSpec(value)
  if (key === 'output') return { type: 'output', src: parseShortSubfield(value) }
  return parseMatchSpec(key, value)
}
