import { dotted } from '../actions/simple.ts'
import { decodeOxms, encodeOxms, match } from '../fields/match-codec.ts'
import type { Match } from '../fields/oxm.ts'
import { NO_BUFFER } from '../messages/flow-mod.ts'
import { type MessageOf, messageKind } from '../messages/kind.ts'
import { PacketInReason } from '../messages/packet.ts'
import { type PacketInFacts, packetInText } from '../messages/packet-in-text.ts'
import { type Codec, type Infer, pad, struct } from '../wire/codec.ts'
import { Experimenter } from '../wire/experimenter.ts'
import { enumOf } from '../wire/names.ts'
import { type Part, partKind } from '../wire/parts.ts'
import { rest, u8, u32, u64 } from '../wire/primitives.ts'
import { loose, properties } from '../wire/property.ts'
import { continuationLines } from './continuation.ts'

/** Fields until the property's end. */
const fields: Codec<Match> = { ...match, decode: decodeOxms, encode: encodeOxms }

/** nicira-ext.h, nx_packet_in2_prop_type */
const kinds = [
  partKind('packet', 0, struct({ data: rest })),
  /** Bytes of the whole packet, where not all of it was sent. */
  partKind('fullLen', 1, struct({ fullLen: u32 })),
  partKind('bufferId', 2, struct({ bufferId: u32 })),
  partKind('tableId', 3, struct({ tableId: loose(u8) })),
  partKind('cookie', 4, struct({ pad: pad(4), cookie: u64 })),
  partKind('reason', 5, struct({ reason: loose(enumOf(u8, PacketInReason)) })),
  partKind('metadata', 6, struct({ metadata: fields })),
  /** What the controller action of the flow was given. */
  partKind('userdata', 7, struct({ userdata: rest })),
  /** The switch's own; goes back to it in a resume. */
  partKind('continuation', 8, struct({ pad: pad(4), continuation: rest })),
] as const

const body = struct({ properties: properties(kinds) })

/** A part of a packet-in2 or a resume. */
export type PacketIn2Property = Part<typeof kinds>

/** What a packet-in2 says, property by property. */
export interface PacketIn2Facts extends PacketInFacts {
  /** Empty where the flow gave none. */
  readonly userdata: Uint8Array
  /** Undefined where the packet's way through the switch is not paused. */
  readonly continuation: Uint8Array | undefined
}

const none = new Uint8Array(0)

/** The properties in one object, those that are missing with their meaning; of repeated ones the last. */
export const packetIn2Facts = (message: Infer<typeof body>): PacketIn2Facts => {
  const found: Partial<Record<string, unknown>> = {}
  for (const { type, ...members } of message.properties) {
    if (type === 'packet') found.packet = (members as { readonly data: Uint8Array }).data
    else if (type !== 'unknown') Object.assign(found, members)
  }
  const packet = (found.packet as Uint8Array | undefined) ?? none
  return {
    bufferId: NO_BUFFER,
    tableId: 0,
    cookie: undefined,
    reason: PacketInReason.NO_MATCH,
    metadata: [],
    userdata: none,
    continuation: undefined,
    fullLen: packet.length,
    ...found,
    packet,
  }
}

const text = (message: Infer<typeof body>): string => {
  const facts = packetIn2Facts(message)
  return packetInText(facts, [
    ...(facts.userdata.length === 0 ? [] : [` userdata=${dotted(facts.userdata)}`]),
    ...(facts.continuation === undefined ? [] : continuationLines(facts.continuation)),
  ])
}

/** A packet for the controller, with what the flow that sent it adds. */
const packetIn2 = messageKind({
  name: 'packetIn2',
  ofp: 'NXT_PACKET_IN2',
  wire: { experimenter: Experimenter.NICIRA, expType: 30 },
  body,
  text,
})

/** Lets a paused packet go on: the packet-in2 that told of it, changed or not. */
const resume = messageKind({
  name: 'resume',
  ofp: 'NXT_RESUME',
  wire: { experimenter: Experimenter.NICIRA, expType: 28 },
  body,
  text,
})

/**
 * The resume that lets the packet of a packet-in2 go on. Userdata, which Open vSwitch refuses there,
 * are left out.
 */
export const resumeFor = (packet: MessageOf<typeof packetIn2>, xid: number): MessageOf<typeof resume> => ({
  type: 'resume',
  xid,
  properties: packet.properties.filter(({ type }) => type !== 'userdata'),
})

export const packetIn2Kinds = [packetIn2, resume] as const
