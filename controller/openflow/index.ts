// Messages

export { type ErrorMessage, ErrorType, errorName } from './messages/error.ts'
export {
  type DecodedHello,
  decodeHello,
  encodeHello,
  formatHello,
  type HelloElement,
  helloVersions,
  negotiate,
  versionElement,
} from './messages/hello.ts'
export type { Message, MessageNamed } from './messages/messages.ts'
export { decodeMessage, encodeMessage, formatMessage, fromJson, toJson, writeMessage } from './messages/messages.ts'

// What the members of messages can be

export { FlowRemovedMask, type MaskPair, PacketInMask, PortStatusMask } from './messages/async.ts'
export { type Bucket, Group, GroupType } from './messages/bucket.ts'
export {
  ALL_TABLES,
  type FlowMod,
  FlowModCommand,
  FlowModFlags,
  FlowRemovedReason,
  NO_BUFFER,
} from './messages/flow-mod.ts'
export { GroupModCommand } from './messages/group-mod.ts'
export { Meter, type MeterBand, type MeterConfig, MeterFlags } from './messages/meter-band.ts'
export { type MeterMod, MeterModCommand } from './messages/meter-mod.ts'
export { PacketInReason } from './messages/packet.ts'
export { PortConfig, type PortDesc, PortFeatures, PortReason, PortState } from './messages/port.ts'
export { ALL_QUEUES, type PacketQueue } from './messages/queue.ts'
export { NO_GENERATION, Role } from './messages/role.ts'
export { Capabilities, ConfigFlags } from './messages/simple.ts'

// Multipart messages

export type { FlowStats } from './multipart/flow.ts'
export { type FlowMonitor, FlowMonitorFlags, type FlowUpdate } from './multipart/flow-monitor.ts'
export type { GroupDesc, GroupStats } from './multipart/group.ts'
export { GroupCapabilities, GroupTypes } from './multipart/group-features.ts'
export { MultipartFlags, UNKNOWN_DURATION } from './multipart/header.ts'
export type { IpfixStats } from './multipart/ipfix.ts'
export { MeterBandTypes, type MeterStats } from './multipart/meter.ts'
export { type OxmId, oxmIdField, oxmIdMasked, oxmIdOf } from './multipart/oxm-id.ts'
export type { PortStats } from './multipart/port.ts'
export type { QueueStats } from './multipart/queue.ts'
export type { TableStats } from './multipart/table.ts'
export type { TableFeatures, TableProperty } from './multipart/table-features.ts'
export { ActionType, InstructionType, type TypeId } from './multipart/type-id.ts'

// Messages of Open vSwitch and the ONF

export { RequestForwardMask, RoleStatusMask, TableStatusMask } from './experimenter/async.ts'
export { BundleControlType, BundleFlags } from './experimenter/bundle-control.ts'
export type { CtFlushProperty } from './experimenter/ct-flush.ts'
export {
  type PacketIn2Facts,
  type PacketIn2Property,
  packetIn2Facts,
  resumeFor,
} from './experimenter/packet-in2.ts'
export { NxRole, RoleReason } from './experimenter/role.ts'
export { FlowFormat, PacketInFormat } from './experimenter/settings.ts'
export { type TlvMapping, TlvTableCommand } from './experimenter/tlv-table.ts'

// Matches

export { canonicalMatch } from './fields/canonical.ts'
export { allFields, type Field, fields, OxmClass, type OxmCode, type OxmValue } from './fields/field.ts'
export { checkPrerequisites, field, match, matchField } from './fields/match.ts'
export { formatMatch } from './fields/match-text.ts'
export type { CheckedMatch, Masked, MatchInput } from './fields/match-types.ts'
export { type Match, Oxm } from './fields/oxm.ts'
export { formatPort, Port, parsePort } from './fields/port-text.ts'
export { EtherType, IpProtocol } from './fields/prerequisites.ts'
export type { FieldKey } from './fields/rows.ts'
export { type Subfield, subfield } from './fields/subfield.ts'

// Actions and instructions

export { type Action, type ActionNamed, formatActions } from './actions/actions.ts'
export { BundleAlgorithm } from './actions/bundle.ts'
export { CtFlags, NO_TABLE } from './actions/conntrack.ts'
export { ControllerReason, WHOLE_PACKET } from './actions/controller.ts'
export { PacketType } from './actions/encap.ts'
export type { EncapProperty } from './actions/encap-property.ts'
export { HashFields } from './actions/hash.ts'
export { LearnFlags } from './actions/learn-parse.ts'
export type { LearnSpec } from './actions/learn-spec.ts'
export { MultipathAlgorithm } from './actions/multipath.ts'
export { NatFlags } from './actions/nat.ts'
export { parseActions } from './actions/parse.ts'
export { CURRENT_TABLE } from './actions/resubmit.ts'
export { SampleDirection } from './actions/sample.ts'
export {
  applyActions,
  formatInstructions,
  type Instruction,
  type InstructionNamed,
} from './instructions/instructions.ts'

// ovs-ofctl's text

export { formatFlow, parseFlowMod } from './text/flow.ts'
export { formatGroup, type GroupMod, parseGroupMod } from './text/group.ts'
export { formatMeter, parseMeterMod } from './text/meter.ts'
export { formatPacketOut, type PacketOut, parsePacketOut } from './text/packet-out.ts'

// A connection's bytes, and the hot path

export { Buffers } from './hot/buffers.ts'
export { FlowStatsView } from './hot/flow-stats-view.ts'
export { type FlowTemplate, flowTemplate, writeFlowFor } from './hot/flow-template.ts'
export { PacketInView } from './hot/packet-in-view.ts'
export { type Prepared, type PreparedActions, prepare, prepareActions, Slab } from './hot/slab.ts'
export { Conversation, type ConversationEvent, type ConversationOptions } from './stream/conversation.ts'
export { Framer, type FramerOptions, type FrameSink } from './stream/framer.ts'
export { Version } from './stream/lengths.ts'
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
export { Experimenter } from './wire/experimenter.ts'
export { fromHex, type Json, type JsonObject, toHex } from './wire/json.ts'
export type { UnknownPart } from './wire/parts.ts'
export { Writer } from './wire/writer.ts'
