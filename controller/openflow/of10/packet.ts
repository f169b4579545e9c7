import { NO_BUFFER } from '../messages/flow-mod.ts'
import { messageKind } from '../messages/kind.ts'
import { PacketInReason } from '../messages/packet.ts'
import { bufferIdText, bufferText, packetInReasonText, packetLine } from '../messages/packet-in-text.ts'
import { type Codec, checkLength, pad, struct } from '../wire/codec.ts'
import { ProtocolError } from '../wire/errors.ts'
import { enumOf } from '../wire/names.ts'
import { rest, u8, u16, u32 } from '../wire/primitives.ts'
import { type Action10, actions10, formatActions10 } from './actions.ts'
import { formatPort10 } from './ports.ts'

/** A packet for the controller (OpenFlow 1.0 §5.4.1). */
const packetIn = messageKind({
  name: 'packetIn',
  ofp: 'OFPT_PACKET_IN',
  wire: { type: 10 },
  body: struct({
    bufferId: u32,
    totalLen: u16, // bytes
    inPort: u16,
    reason: enumOf(u8, PacketInReason),
    pad: pad(1),
    data: rest,
  }),
  text: (body) =>
    ` total_len=${body.totalLen} in_port=${formatPort10(body.inPort)} (via ${packetInReasonText(body.reason)})` +
    ` data_len=${body.data.length}${bufferText({ bufferId: body.bufferId, fullLen: body.totalLen, packet: body.data })}${packetLine(body.data)}`,
})

/** Actions after their length in bytes. */
const sizedActions: Codec<readonly Action10[]> = {
  ...actions10,
  decode(reader) {
    const length = reader.u16()
    if (length > reader.remaining) {
      throw new ProtocolError('OFPBRC_BAD_LEN', `${length} bytes of actions, ${reader.remaining} left`)
    }
    return actions10.decode(reader.sub(length))
  },
  encode(writer, value, path) {
    const start = writer.pos
    writer.u16(0)
    actions10.encode(writer, value, path)
    writer.patch16(start, checkLength(writer.pos - start - 2, path))
  },
}

/** A packet for the switch to send (OpenFlow 1.0 §5.3.6). */
const packetOut = messageKind({
  name: 'packetOut',
  ofp: 'OFPT_PACKET_OUT',
  wire: { type: 13 },
  body: struct({ bufferId: u32, inPort: u16, actions: sizedActions, data: rest }),
  text: (body) =>
    ` in_port=${formatPort10(body.inPort)} actions=${formatActions10(body.actions)}` +
    (body.bufferId === NO_BUFFER
      ? ` data_len=${body.data.length}${packetLine(body.data)}`
      : bufferIdText(body.bufferId)),
})

export const packetKinds = [packetIn, packetOut] as const
