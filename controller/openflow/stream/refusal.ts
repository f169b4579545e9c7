import type { ProtocolError } from '../wire/errors.ts'
import { Writer } from '../wire/writer.ts'
import { headerLength } from './lengths.ts'

const errorType = 1
/** Bytes of the refused message that an ERROR quotes at least, where it has so many (OpenFlow 1.3.5 §7.4.4). */
const quoted = 64

const xidOf = (bytes: Uint8Array): number => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(4)

const errorMessage = (version: number, xid: number, type: number, code: number, data: Uint8Array): Uint8Array => {
  const writer = new Writer(128)
  writer.u8(version)
  writer.u8(errorType)
  writer.u16(12 + data.length)
  writer.u32(xid)
  writer.u16(type)
  writer.u16(code)
  writer.raw(data)
  return writer.finish()
}

/**
 * The ERROR that answers a refused message, with its transaction id and its first 64 bytes;
 * undefined where none may be sent: for an ERROR, which is never answered, and for less than a
 * header. The errors that decoding finds have the same numbers in OpenFlow 1.0 as in 1.3.
 */
export const errorReply = (version: number, error: ProtocolError, refused: Uint8Array): Uint8Array | undefined => {
  if (refused.length < headerLength || refused[1] === errorType) return undefined
  return errorMessage(version, xidOf(refused), error.type, error.code, refused.subarray(0, quoted))
}

/** The ERROR that ends a negotiation; `text` is for the people at the other end (§6.3.1). */
export const helloFailed = (version: number, error: ProtocolError, hello: Uint8Array, text: string): Uint8Array =>
  errorMessage(version, xidOf(hello), error.type, error.code, new TextEncoder().encode(text))
