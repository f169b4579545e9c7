import { messageKind } from '../messages/kind.ts'
import { pad, struct } from '../wire/codec.ts'
import { Experimenter } from '../wire/experimenter.ts'
import { enumOf } from '../wire/names.ts'
import { u8, u16, u32 } from '../wire/primitives.ts'

/** In which form flows stand in messages of OpenFlow 1.0. */
export const FlowFormat = { OPENFLOW10: 0, NXM: 2 } as const

const flowFormatTexts: Readonly<Record<number, string>> = { 0: 'openflow10', 2: 'nxm' }

/** Open vSwitch takes it in OpenFlow 1.0 only. */
const setFlowFormat = messageKind({
  name: 'setFlowFormat',
  ofp: 'NXT_SET_FLOW_FORMAT',
  wire: { experimenter: Experimenter.NICIRA, expType: 12 },
  body: struct({ format: enumOf(u32, FlowFormat) }),
  text: ({ format }) => ` format=${flowFormatTexts[format] ?? format}`,
})

/** Whether a flow-mod's command holds the table number in its upper byte; of use in OpenFlow 1.0. */
const flowModTableId = messageKind({
  name: 'flowModTableId',
  ofp: 'NXT_FLOW_MOD_TABLE_ID',
  wire: { experimenter: Experimenter.NICIRA, expType: 15 },
  body: struct({ enable: u8, pad: pad(7) }),
  text: ({ enable }) => (enable === 0 ? ' disable' : ' enable'),
})

/** In which form the switch sends packet-ins. */
export const PacketInFormat = { STANDARD: 0, NXT_PACKET_IN: 1, NXT_PACKET_IN2: 2 } as const

const packetInFormatTexts = ['standard', 'nxt_packet_in', 'nxt_packet_in2']

/** Chooses the form of packet-ins: NXT_PACKET_IN2 brings userdata and continuations. */
const setPacketInFormat = messageKind({
  name: 'setPacketInFormat',
  ofp: 'NXT_SET_PACKET_IN_FORMAT',
  wire: { experimenter: Experimenter.NICIRA, expType: 16 },
  body: struct({ format: enumOf(u32, PacketInFormat) }),
  text: ({ format }) => ` format=${packetInFormatTexts[format] ?? format}`,
})

/** Has flow stats tell how long ago a flow was used; Open vSwitch accepts it and does nothing. */
const flowAge = messageKind({
  name: 'flowAge',
  ofp: 'NXT_FLOW_AGE',
  wire: { experimenter: Experimenter.NICIRA, expType: 18 },
  body: struct({}),
})

/** Names this connection, so that a controller action can send packets to it alone. */
const setControllerId = messageKind({
  name: 'setControllerId',
  ofp: 'NXT_SET_CONTROLLER_ID',
  wire: { experimenter: Experimenter.NICIRA, expType: 20 },
  body: struct({ pad: pad(6), controllerId: u16 }),
  text: ({ controllerId }) => ` id=${controllerId}`,
})

/** Messages that set how a connection works. */
export const settingKinds = [setFlowFormat, flowModTableId, setPacketInFormat, flowAge, setControllerId] as const
