import { hexDump } from '../text/hex-dump.ts'
import { ProtocolError } from '../wire/errors.ts'
import { ovsErrorName } from './error-name.ts'

/** How the quoted message is read. */
export interface Reading {
  /** `OFPT_FLOW_MOD (OF1.3) (xid=0x1):`; throws ProtocolError where the kind of message is unknown. */
  readonly headline: (bytes: Uint8Array) => string
  /** The whole as text; throws ProtocolError where it cannot be decoded. */
  readonly text: (bytes: Uint8Array) => string
}

const headerLength = 8

/** What `read` gives, or what is wrong with the message. */
const attempt = (read: () => string, otherwise: (error: ProtocolError) => string): string => {
  try {
    return read()
  } catch (error) {
    if (error instanceof ProtocolError) return otherwise(error)
    throw error
  }
}

const truncated = (bytes: Uint8Array, length: number, reading: Reading): string => {
  const headline = attempt(
    () => `${reading.headline(bytes)}\n`,
    () => '',
  )
  return `${headline}(***truncated to ${bytes.length} bytes from ${length}***)\n${hexDump(bytes)}`
}

const undecodable = (bytes: Uint8Array, error: ProtocolError, reading: Reading): string => {
  const headline = attempt(
    () => `${reading.headline(bytes)} `,
    () => '',
  )
  return `${headline}***decode error: ${ovsErrorName(error.errorName)}***\n${hexDump(bytes)}`
}

/** A message that another quotes, whole or cut or worse, as `ovs-ofctl ofp-print` shows it. */
export const quotedText = (bytes: Uint8Array, reading: Reading): string => {
  if (bytes.length === 0) return 'OpenFlow message is empty'
  if (bytes.length < headerLength) {
    return `OpenFlow packet too short (only ${bytes.length} bytes):\n${hexDump(bytes)}`
  }
  const length = (bytes[2] as number) * 256 + (bytes[3] as number)
  if (length > bytes.length) return truncated(bytes, length, reading)
  if (length < bytes.length) {
    return `(***only uses ${length} bytes out of ${bytes.length}***)\n${hexDump(bytes)}`
  }
  return attempt(
    () => reading.text(bytes),
    (error) => undecodable(bytes, error, reading),
  )
}
