import { type Codec, type Infer, struct } from '../wire/codec.ts'
import { EncodeError } from '../wire/errors.ts'
import { flagsOf, type Names } from '../wire/names.ts'
import { u32 } from '../wire/primitives.ts'
import { type AsyncMasks, asyncText } from './async-text.ts'
import { messageKind } from './kind.ts'

/** Bit n stands for reason n of the message (OpenFlow 1.3.5 §7.3.10). */
export const PacketInMask = { NO_MATCH: 1, ACTION: 2, INVALID_TTL: 4 } as const
/** Bit n stands for reason n of the message. */
export const PortStatusMask = { ADD: 1, DELETE: 2, MODIFY: 4 } as const
/** Bit n stands for reason n of the message. Open vSwitch also knows METER_DELETE and EVICTION. */
export const FlowRemovedMask = {
  IDLE_TIMEOUT: 1,
  HARD_TIMEOUT: 2,
  DELETE: 4,
  GROUP_DELETE: 8,
  METER_DELETE: 0x10,
  EVICTION: 0x20,
} as const

/** The masks of one kind of message: for the roles equal and primary, and for secondary. */
export type MaskPair = readonly [primary: number, secondary: number]

const pairOf = (names: Names): Codec<MaskPair> => {
  const mask = flagsOf(u32, names)
  return {
    decode: (reader) => [mask.decode(reader), mask.decode(reader)],
    encode(writer, value, path) {
      if (!Array.isArray(value) || value.length !== 2) throw new EncodeError(path, 'two masks are expected')
      mask.encode(writer, value[0], `${path}[0]`)
      mask.encode(writer, value[1], `${path}[1]`)
    },
    toJson: (value) => value.map((one) => mask.toJson(one)),
    fromJson(json, path) {
      if (!Array.isArray(json) || json.length !== 2) throw new EncodeError(path, 'two masks are expected')
      return [mask.fromJson(json[0], `${path}[0]`), mask.fromJson(json[1], `${path}[1]`)]
    },
  }
}

/** struct ofp_async_config (OpenFlow 1.3.5 §7.3.10) */
export const asyncConfig = struct({
  packetInMask: pairOf(PacketInMask),
  portStatusMask: pairOf(PortStatusMask),
  flowRemovedMask: pairOf(FlowRemovedMask),
})

const masksOf = (config: Infer<typeof asyncConfig>, role: 0 | 1): AsyncMasks => ({
  packetIn: config.packetInMask[role],
  portStatus: config.portStatusMask[role],
  flowRemoved: config.flowRemovedMask[role],
})

/** The masks as ovs-ofctl prints them. */
export const asyncConfigText = (config: Infer<typeof asyncConfig>): string =>
  asyncText(masksOf(config, 0), masksOf(config, 1))

/** Which asynchronous messages the controller is sent (OpenFlow 1.3.5 §7.3.10). */
export const getAsyncReply = messageKind({
  name: 'getAsyncReply',
  ofp: 'OFPT_GET_ASYNC_REPLY',
  wire: { type: 27 },
  body: asyncConfig,
  text: asyncConfigText,
})

/** Sets which asynchronous messages the controller is sent (OpenFlow 1.3.5 §7.3.10). */
export const setAsync = messageKind({
  name: 'setAsync',
  ofp: 'OFPT_SET_ASYNC',
  wire: { type: 28 },
  body: asyncConfig,
  text: asyncConfigText,
})

export const asyncKinds = [getAsyncReply, setAsync] as const
