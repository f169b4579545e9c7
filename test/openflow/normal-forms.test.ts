import t from 'tap'
import {
  decodeMessage,
  encodeMessage,
  fromHex,
  type Message,
  ProtocolError,
  toHex,
  toJson,
} from '../../controller/openflow/index.ts'
import { hexOf, linesOf } from './message-lines.ts'

const decoded = (bytes: Uint8Array): Message | undefined => {
  try {
    return decodeMessage(bytes)
  } catch (error) {
    if (error instanceof ProtocolError) return undefined
    throw error
  }
}

/** Padding, reserved bytes, and what follows the end of a string. */
const onlyZerosDiffer = (before: Uint8Array, after: Uint8Array): boolean =>
  before.length === after.length && before.every((byte, at) => byte === after[at] || after[at] === 0)

/** Messages with properties of one value, and the action whose properties have more than one form. */
const hasLooseProperties = (message: Message): boolean =>
  ['packetIn2', 'resume', 'ctFlush'].includes(message.type) || JSON.stringify(toJson(message)).includes('"controller2"')

const isShort = (hex: string): boolean => hex.startsWith('04') && hex.length <= 300

t.test('of bytes changed one by one, only those that mean nothing are not kept', (t) => {
  const vectors = linesOf(t, (one) => one.form === 'message' && !one.line.truncated && isShort(hexOf(one)))
  const lost: string[] = []
  for (const vector of vectors) {
    const bytes = fromHex(hexOf(vector))
    for (let at = 8; at < bytes.length; at += 3) {
      const changed = bytes.with(at, (bytes[at] as number) ^ 0x81)
      const message = decoded(changed)
      if (!message) continue
      const again = encodeMessage(message)
      if (onlyZerosDiffer(changed, again) || hasLooseProperties(message)) continue
      lost.push(`${vector.name} byte ${at}: ${toHex(changed)} becomes ${toHex(again)}`)
    }
  }
  t.same(lost, [])
  t.end()
})
