import { encodeOxmHeader } from '../fields/oxm.ts'
import { checkSubfield, formatSubfield, parseSubfield, type Subfield } from '../fields/subfield.ts'
import { arrow, integer } from '../text/scan.ts'
import type { Codec } from '../wire/codec.ts'
import { EncodeError, TextSyntaxError } from '../wire/errors.ts'
import { u16 } from '../wire/primitives.ts'
import { actionKind } from './kind.ts'
import { membersJson, NICIRA, readHeader, subfieldJson } from './wire.ts'

export interface CheckPktLarger {
  /** Bytes. */
  readonly pktLen: number
  /** The one bit that says the result. */
  readonly dst: Subfield
}

const body: Codec<CheckPktLarger> = {
  ...membersJson<CheckPktLarger>({ pktLen: u16, dst: subfieldJson }),
  decode(reader) {
    const pktLen = reader.u16()
    const offset = reader.u16()
    return { pktLen, dst: { code: readHeader(reader), offset, bits: 1 } }
  },
  encode(writer, { pktLen, dst: bit }, path) {
    const dst = checkSubfield(bit, `${path}.dst`)
    if (dst.bits !== 1) throw new EncodeError(`${path}.dst`, `one bit is expected, not ${dst.bits}`)
    u16.encode(writer, pktLen, `${path}.pktLen`)
    u16.encode(writer, dst.offset, `${path}.dst.offset`)
    encodeOxmHeader(writer, dst.code)
  },
}

/** Sets a bit where the packet is longer than `pktLen`, clears it otherwise. */
export const checkPktLarger = actionKind({
  name: 'checkPktLarger',
  wire: { experimenter: NICIRA, subtype: 49 },
  body,
  format: ({ pktLen, dst }) => `check_pkt_larger(${pktLen})->${formatSubfield(dst)}`,
  keywords: {
    check_pkt_larger: ({ value }) => {
      const [length, to] = arrow(value)
      const dst = parseSubfield(to)
      if (dst.bits !== 1) throw new TextSyntaxError(to, 'one bit is expected')
      return [{ type: 'checkPktLarger', pktLen: integer(length, 0xffff), dst }]
    },
  },
})
