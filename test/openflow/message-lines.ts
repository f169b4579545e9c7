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

/** Differences between ofp-print's text and ours that are meant. */
const exceptions: readonly { readonly why: string; readonly apply: (text: string, theirs: string) => string }[] = [
  {
    why: 'ofp-print shows the headers of a packet and loses the rest; ours is packet=HEX',
    apply: (text) =>
      text
        .split('\n')
        .filter((line) => !/^packet=/.test(line) && (!line.includes('dl_dst=') || line.includes('xid=')))
        .join('\n'),
  },
  {
    why: 'ours shows what a quoted message says though Open vSwitch refuses it',
    apply: (text, theirs) => (theirs.includes('***decode error: ') ? (text.split('\n')[0] as string) : text),
  },
]

/** Both texts without the differences that are meant. */
export const sameText = (t: Test, theirs: string, ours: string, name: string): void => {
  const reduce = (text: string): string =>
    exceptions.reduce((left, { apply }) => apply(left, theirs), text).replace(/[ \t]+$/gm, '')
  t.equal(reduce(ours).trim(), reduce(theirs).trim(), name)
}

/** A message decodes, encodes to the same bytes, also by way of JSON, and reads as ofp-print's. */
export const checkLine = (t: Test, vector: Vector): Message => {
  const hex = hexOf(vector)
  const message = decodeMessage(fromHex(hex))
  t.equal(toHex(encodeMessage(message)), hex, `${vector.name} bytes`)
  const json = JSON.parse(JSON.stringify(toJson(message))) as Json
  t.equal(toHex(encodeMessage(fromJson(json))), hex, `${vector.name} JSON`)
  const theirs = textOf(vector.line, 'text')
  if (theirs !== undefined) sameText(t, theirs, formatMessage(message), `${vector.name} text`)
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
