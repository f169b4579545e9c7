// Messages

export { BundleControlType, BundleFlags } from './experimenter/bundle-control.ts'
export { Group, GroupType } from './messages/bucket.ts'
export { errorName } from './messages/error.ts'
export {
  ALL_TABLES,
  type FlowMod,
  FlowModCommand,
  FlowModFlags,
  FlowRemovedReason,
  NO_BUFFER,
} from './messages/flow-mod.ts'
export { GroupModCommand } from './messages/group-mod.ts'
export { decodeHello, encodeHello, formatHello, helloVersions, negotiate, versionElement } from './messages/hello.ts'
export type { Message, MessageNamed } from './messages/messages.ts'
export { decodeMessage, encodeMessage, formatMessage, fromJson, toJson, writeMessage } from './messages/messages.ts'
export { Meter, MeterFlags } from './messages/meter-band.ts'
export { type MeterMod, MeterModCommand } from './messages/meter-mod.ts'
export { PacketInReason } from './messages/packet.ts'
export { PortConfig, type PortDesc, PortFeatures, PortReason, PortState } from './messages/port.ts'
export { NO_GENERATION, Role } from './messages/role.ts'

// Matches, actions, instructions

export { type Action, formatActions } from './actions/actions.ts'
export { parseActions } from './actions/parse.ts'
export { canonicalMatch } from './fields/canonical.ts'
export { allFields, type Field, fields, type OxmValue } from './fields/field.ts'
export { checkPrerequisites, field, match, matchField } from './fields/match.ts'
export { formatMatch } from './fields/match-text.ts'
export type { CheckedMatch, MatchInput } from './fields/match-types.ts'
export { type Match, Oxm } from './fields/oxm.ts'
export { formatPort, Port } from './fields/port-text.ts'
export { EtherType, IpProtocol } from './fields/prerequisites.ts'
export type { FieldKey } from './fields/rows.ts'
export { type Subfield, subfield } from './fields/subfield.ts'
export { applyActions, formatInstructions, type Instruction } from './instructions/instructions.ts'

// ovs-ofctl's text

export { formatFlow, parseFlowMod } from './text/flow.ts'
export { formatGroup, type GroupMod, parseGroupMod } from './text/group.ts'
export { formatMeter, parseMeterMod } from './text/meter.ts'
export { formatPacketOut, type PacketOut, parsePacketOut } from './text/packet-out.ts'

// A connection's bytes, and the hot path

export { FlowStatsView } from './hot/flow-stats-view.ts'
export { PacketInView } from './hot/packet-in-view.ts'
export { type Prepared, prepare, prepareActions, Slab } from './hot/slab.ts'
export { Conversation, type ConversationEvent, type ConversationOptions } from './stream/conversation.ts'
export { Framer, type FramerOptions, type FrameSink } from './stream/framer.ts'
export { type JoinLimits, MultipartJoiner } from './stream/multipart.ts'
export { errorReply } from './stream/refusal.ts'

// OpenFlow 1.0

export * as of10 from './of10/index.ts'

// What is supported

export * from './supported.ts'

// Errors, addresses and bytes

export {
  formatIpv4,
  formatIpv6,
  formatMac,
  type Ipv4,
  type Ipv6,
  type Mac,
  parseIpv4,
  parseIpv6,
  parseMac,
} from './wire/address.ts'
export type { ErrorName } from './wire/error-table.ts'
export * from './wire/errors.ts'
export { fromHex, type Json, type JsonObject, toHex } from './wire/json.ts'
export { Writer } from './wire/writer.ts'
