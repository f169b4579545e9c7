import { encodeMessage, type Message } from '../../../controller/openflow/messages/messages.ts'
import { MultipartFlags } from '../../../controller/openflow/multipart/header.ts'
import { EncodeError } from '../../../controller/openflow/wire/errors.ts'

/** Makes one message of a multipart reply from some of the items. */
export type MakePart<T> = (items: readonly T[], flags: number) => Message

/** Items in one message to begin with. */
const usualPart = 256

/** Encodes a part; in halves, where it is too long for a message. */
const encodePart = <T>(items: readonly T[], make: MakePart<T>, flags: number): Uint8Array[] => {
  try {
    return [encodeMessage(make(items, flags))]
  } catch (error) {
    if (!(error instanceof EncodeError) || items.length < 2) throw error
    const half = items.length >>> 1
    return [
      ...encodePart(items.slice(0, half), make, MultipartFlags.MORE),
      ...encodePart(items.slice(half), make, flags),
    ]
  }
}

/** Encodes a multipart reply in as many messages as it needs, at least one. */
export function* encodeParts<T>(items: readonly T[], make: MakePart<T>): Generator<Uint8Array> {
  for (let at = 0; at === 0 || at < items.length; at += usualPart) {
    const isLast = at + usualPart >= items.length
    yield* encodePart(items.slice(at, at + usualPart), make, isLast ? 0 : MultipartFlags.MORE)
  }
}
