import { encodeMessage } from '../../../controller/openflow/messages/messages.ts'
import { experimenterErrorByName } from '../../../controller/openflow/wire/error-experimenter.ts'
import type { Refusal } from '../refusal.ts'

/** Bytes of the refused message that an error quotes. */
const quoted = 64

/** The error message that answers a request which the switch refuses with an experimenter's error. */
export const refusalReply = ({ errorName }: Refusal, bytes: Uint8Array): Uint8Array => {
  const entry = experimenterErrorByName(errorName)
  return encodeMessage({
    type: 'error',
    xid: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(4),
    errorType: 0xffff,
    expType: entry?.expType ?? 0,
    experimenter: entry?.experimenter ?? 0,
    data: bytes.slice(0, quoted),
  })
}
