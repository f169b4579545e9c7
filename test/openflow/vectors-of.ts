import type { Test } from 'tap'
import {
  decodeMessage,
  encodeMessage,
  formatMessage,
  fromJson,
  type Message,
  toJson,
} from '../../controller/openflow/messages/messages.ts'
import { fromHex, type Json, toHex } from '../../controller/openflow/wire/json.ts'
import { textOf, type Vector } from '../vectors/load.ts'
import { compareText } from '../vectors/text.ts'
import { checkHostile, hexOf, isMessage, linesOf } from './message-lines.ts'

const viaJson = (message: Message): Message => fromJson(JSON.parse(JSON.stringify(toJson(message))) as Json)

const checkVector = (t: Test, vector: Vector): void => {
  const hex = hexOf(vector)
  const message = decodeMessage(fromHex(hex))
  t.equal(toHex(encodeMessage(message)), hex, vector.name)
  t.equal(toHex(encodeMessage(viaJson(message))), hex, `${vector.name} through JSON`)
  const text = textOf(vector.line, 'text')
  if (text !== undefined)
    t.equal(compareText(text, formatMessage(message)).problem, undefined, `${vector.name} as text`)
}

/**
 * Every vector of these types decodes, encodes to the same bytes, also through JSON, and prints as
 * ovs-ofctl prints it.
 */
export const checkVectors = (t: Test, ...types: readonly number[]): void => {
  const vectors = linesOf(t, (vector) => isMessage(vector, ...types) && !vector.line.truncated)
  for (const vector of vectors) checkVector(t, vector)
}

/** Hostile lines whose names match do what is expected of them. */
export const checkHostileLines = (t: Test, names: RegExp): void => {
  const vectors = linesOf(t, ({ form, name }) => form === 'hostile' && names.test(name))
  for (const vector of vectors) checkHostile(t, vector)
}
