import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import {
  decodeMessage,
  encodeMessage,
  formatMessage,
  fromJson,
  type Message,
  toJson,
} from '../../controller/openflow/messages/messages.ts'
import { ProtocolError } from '../../controller/openflow/wire/errors.ts'
import { fromHex, type Json, toHex } from '../../controller/openflow/wire/json.ts'
import { loadVectors, textOf, type Vector } from '../vectors/load.ts'
import { compareText } from '../vectors/text.ts'

const folder = fileURLToPath(new URL('../../../shared/vectors/', import.meta.url))
const vectors: readonly Vector[] = existsSync(folder) ? loadVectors(folder) : []

/** Vectors that `wanted` chooses; without vectors on this machine the test says so and is skipped. */
export const linesOf = (t: Test, wanted: (vector: Vector) => boolean): readonly Vector[] => {
  if (vectors.length === 0) t.pass('vectors', { skip: 'no ../shared/vectors here' })
  return vectors.filter(wanted)
}

/** OpenFlow 1.3 messages of these types that Open vSwitch and os-ken take. */
export const isMessage = ({ form, line }: Vector, ...types: readonly number[]): boolean =>
  form === 'message' && line.version === 4 && types.includes(Number(line.type)) && !('decodeError' in line)

export const hexOf = ({ line }: Vector): string => textOf(line, 'hex') ?? ''

/** A message decodes, encodes to the same bytes, also by way of JSON, and reads as ofp-print's. */
export const checkLine = (t: Test, vector: Vector): Message => {
  const hex = hexOf(vector)
  const message = decodeMessage(fromHex(hex))
  t.equal(toHex(encodeMessage(message)), hex, `${vector.name} bytes`)
  const json = JSON.parse(JSON.stringify(toJson(message))) as Json
  t.equal(toHex(encodeMessage(fromJson(json))), hex, `${vector.name} JSON`)
  const theirs = textOf(vector.line, 'text')
  if (theirs !== undefined)
    t.equal(compareText(theirs, formatMessage(message)).problem, undefined, `${vector.name} text`)
  return message
}

/** The name of the error that bytes are refused with, or `taken`. */
export const refusal = (hex: string): string => {
  try {
    decodeMessage(fromHex(hex))
    return 'taken'
  } catch (error) {
    if (error instanceof ProtocolError) return error.errorName
    throw error
  }
}

/** Hostile lines are refused or taken as they are expected to be. */
export const checkHostile = (t: Test, vector: Vector): void => {
  const result = refusal(hexOf(vector)) === 'taken' ? 'ignore' : 'error'
  const also = Array.isArray(vector.line.alsoAcceptable) ? vector.line.alsoAcceptable : []
  t.ok(vector.line.expectation === result || also.includes(result), `${vector.name}: ${result}`)
}
