import { ProtocolError } from '../../controller/openflow/wire/errors.ts'
import { codec10, codec13, type VersionCodec } from '../vectors/codecs.ts'

const place = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  const frame = error.stack?.split('\n').find((line) => line.includes('/openflow/')) ?? ''
  const [, where = ''] = /openflow\/([^)]*)/.exec(frame) ?? []
  return `${error.name}: ${error.message.replace(/\d+/g, 'N').slice(0, 120)} at ${where}`
}

const decode = (codec: VersionCodec, bytes: Uint8Array): object | string | undefined => {
  try {
    return codec.decode(bytes)
  } catch (error) {
    return error instanceof ProtocolError ? undefined : `decode: ${place(error)}`
  }
}

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0

/** Everything that may be done with a decoded message; none of it may throw. */
const use = (codec: VersionCodec, message: object): Uint8Array => {
  codec.format(message)
  codec.toJson(message)
  return codec.encode(message)
}

/** What one codec does with the bytes that it must not, if it does. */
const tryCodec = (codec: VersionCodec, bytes: Uint8Array): string | undefined => {
  const message = decode(codec, bytes)
  if (typeof message !== 'object') return message
  try {
    const again = use(codec, message)
    if (same(again, bytes)) return undefined
    // Padding and the like may be normalised once, not twice.
    return same(codec.encode(codec.decode(again)), again) ? undefined : 'encode: re-encoding twice gives other bytes'
  } catch (error) {
    return `use: ${place(error)}`
  }
}

/** Gives bytes to the decoders of both versions, and what is decoded to all else. */
export const tryBytes = (bytes: Uint8Array): string | undefined => tryCodec(codec13, bytes) ?? tryCodec(codec10, bytes)
