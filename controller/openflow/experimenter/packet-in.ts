import { decodeOxms, encodeOxms, match } from '../fields/match-codec.ts'
import type { Match } from '../fields/oxm.ts'
import { messageKind } from '../messages/kind.ts'
import { PacketInReason } from '../messages/packet.ts'
import { packetInText } from '../messages/packet-in-text.ts'
import { type Codec, checkLength, pad, struct } from '../wire/codec.ts'
import { Experimenter } from '../wire/experimenter.ts'
import { enumOf } from '../wire/names.ts'
import { rest, u8, u16, u32, u64 } from '../wire/primitives.ts'

/** `[length | 6 bytes | fields | padding to 8]`: fields without the header of ofp_match. */
const nxMatch: Codec<Match> = {
  ...match,
  decode(reader) {
    const length = reader.u16()
    reader.skip(6)
    const fields = decodeOxms(reader.sub(length, 'OFPBMC_BAD_LEN'))
    reader.skip((8 - (length % 8)) % 8)
    return fields
  },
  encode(writer, value, path) {
    const start = writer.pos
    writer.zeros(8)
    encodeOxms(writer, value, path)
    writer.patch16(start, checkLength(writer.pos - start - 8, path))
    writer.align(start, 8)
  },
}

/** A packet-in whose metadata stand under Nicira's field numbers. */
const nxPacketIn = messageKind({
  name: 'nxPacketIn',
  ofp: 'NXT_PACKET_IN',
  wire: { experimenter: Experimenter.NICIRA, expType: 17 },
  body: struct({
    bufferId: u32,
    totalLen: u16,
    reason: enumOf(u8, PacketInReason),
    tableId: u8,
    cookie: u64,
    match: nxMatch,
    pad: pad(2),
    data: rest,
  }),
  text: (body) => packetInText({ ...body, fullLen: body.totalLen, metadata: body.match, packet: body.data }),
})

export const nxPacketInKinds = [nxPacketIn] as const
