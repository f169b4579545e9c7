import { type Action, actions, formatActions } from '../actions/actions.ts'
import { match } from '../fields/match-codec.ts'
import { formatPort } from '../fields/port-text.ts'
import { type Codec, pad, struct } from '../wire/codec.ts'
import { ProtocolError } from '../wire/errors.ts'
import { enumOf } from '../wire/names.ts'
import { rest, u8, u16, u32, u64 } from '../wire/primitives.ts'
import { NO_BUFFER } from './flow-mod.ts'
import { messageKind } from './kind.ts'
import { bufferIdText, packetInText, packetLine } from './packet-in-text.ts'

/** Why a packet comes to the controller (OpenFlow 1.3.5 §7.4.1). */
export const PacketInReason = { NO_MATCH: 0, ACTION: 1, INVALID_TTL: 2 } as const

/** A packet for the controller (OpenFlow 1.3.5 §7.4.1). */
export const packetIn = messageKind({
  name: 'packetIn',
  ofp: 'OFPT_PACKET_IN',
  wire: { type: 10 },
  body: struct({
    bufferId: u32,
    totalLen: u16,
    reason: enumOf(u8, PacketInReason),
    tableId: u8,
    cookie: u64,
    match,
    pad: pad(2),
    data: rest,
  }),
  text: (body) => packetInText({ ...body, fullLen: body.totalLen, metadata: body.match, packet: body.data }),
})

const sizedActions: Codec<readonly Action[]> = {
  ...actions,
  decode(reader) {
    const length = reader.u16()
    reader.skip(6)
    if (length > reader.remaining) {
      throw new ProtocolError('OFPBRC_BAD_LEN', `${length} bytes of actions, ${reader.remaining} left`)
    }
    return actions.decode(reader.sub(length, 'OFPBAC_BAD_LEN'))
  },
  encode(writer, value, path) {
    const start = writer.pos
    writer.zeros(8)
    actions.encode(writer, value, path)
    writer.patch16(start, writer.pos - start - 8)
  },
}

/** A packet for the switch to send (OpenFlow 1.3.5 §7.3.7). */
export const packetOut = messageKind({
  name: 'packetOut',
  ofp: 'OFPT_PACKET_OUT',
  wire: { type: 13 },
  body: struct({ bufferId: u32, inPort: u32, actions: sizedActions, data: rest }),
  text: (body) =>
    ` in_port=${formatPort(body.inPort)} actions=${formatActions(body.actions)}` +
    (body.bufferId === NO_BUFFER
      ? ` data_len=${body.data.length}${packetLine(body.data)}`
      : bufferIdText(body.bufferId)),
})

export const packetKinds = [packetIn, packetOut] as const
