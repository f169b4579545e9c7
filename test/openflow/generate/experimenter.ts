import { BundleControlType, BundleFlags } from '../../../controller/openflow/experimenter/bundle-control.ts'
import { NxRole, RoleReason } from '../../../controller/openflow/experimenter/role.ts'
import { FlowFormat, PacketInFormat } from '../../../controller/openflow/experimenter/settings.ts'
import { TlvTableCommand } from '../../../controller/openflow/experimenter/tlv-table.ts'
import { FlowRemovedMask, PacketInMask, PortStatusMask } from '../../../controller/openflow/messages/async.ts'
import type { Message, MessageNamed } from '../../../controller/openflow/messages/messages.ts'
import { PacketInReason } from '../../../controller/openflow/messages/packet.ts'
import { Role } from '../../../controller/openflow/messages/role.ts'
import fc from '../../support/random.ts'
import { asyncMasks, bare, message, unknownPart } from './core.ts'
import type { MessageTable, Parts } from './parts.ts'
import { bigBits, bytes, from, oneOf, record, some, typed, u8, u16, u32, u64 } from './values.ts'

type PacketIn2Property = MessageNamed<'packetIn2'>['properties'][number]
type FlushProperty = MessageNamed<'ctFlush'>['properties'][number]

/** Properties that stand after the message, opaque to us, in some messages. */
const trailing = <M extends object>(parts: Parts, sample: fc.Arbitrary<M>): fc.Arbitrary<M> =>
  parts.strange
    ? fc.oneof(
        sample,
        fc.tuple(sample, bytes(24, 1)).map(([value, properties]) => ({ ...value, properties })),
      )
    : sample

const roles = (parts: Parts) =>
  ({
    nxRoleRequest: message('nxRoleRequest', { role: oneOf(NxRole) }),
    nxRoleReply: message('nxRoleReply', { role: oneOf(NxRole) }),
    roleStatus: trailing(
      parts,
      message('roleStatus', { role: oneOf(Role), reason: parts.named(RoleReason, u8), generationId: u64 } as never),
    ) as fc.Arbitrary<MessageNamed<'roleStatus'>>,
  }) satisfies Partial<MessageTable>

const asyncProperty = (parts: Parts) => {
  const mask = (names: Readonly<Record<string, number>>) => ({ mask: parts.flags(names, u32) })
  return fc.oneof(
    typed('packetInSecondary', mask(PacketInMask)),
    typed('packetInPrimary', mask(PacketInMask)),
    typed('portStatusSecondary', mask(PortStatusMask)),
    typed('portStatusPrimary', mask(PortStatusMask)),
    typed('flowRemovedSecondary', mask(FlowRemovedMask)),
    typed('flowRemovedPrimary', mask(FlowRemovedMask)),
    typed('roleStatusSecondary', mask({ A: 1, B: 2, C: 4 })),
    typed('roleStatusPrimary', mask({ A: 1, B: 2, C: 4 })),
    typed('tableStatusSecondary', mask({ DOWN: 8, UP: 16 })),
    typed('tableStatusPrimary', mask({ DOWN: 8, UP: 16 })),
    typed('requestForwardSecondary', mask({ GROUP: 1, METER: 2 })),
    typed('requestForwardPrimary', mask({ GROUP: 1, METER: 2 })),
    ...(parts.strange ? [unknownPart(from(12, 0xffff))] : []),
  )
}

const settings = (parts: Parts) =>
  ({
    setFlowFormat: message('setFlowFormat', { format: parts.named(FlowFormat, u32) }),
    flowModTableId: message('flowModTableId', { enable: parts.strange ? u8 : from(0, 1) }),
    setPacketInFormat: message('setPacketInFormat', { format: parts.named(PacketInFormat, u32) }),
    flowAge: bare('flowAge'),
    setControllerId: message('setControllerId', { controllerId: u16 }),
    nxSetAsync: message('nxSetAsync', asyncMasks(parts)),
    nxSetAsync2: message('nxSetAsync2', {
      properties: fc.uniqueArray(asyncProperty(parts), { maxLength: 6, selector: ({ type }) => type }),
    }),
  }) satisfies Partial<MessageTable>

const mappings = some(
  record({ optionClass: u16, optionType: u8, optionLength: from(1, 31).map((words) => words * 4), index: from(0, 63) }),
)

const tlvTables = (parts: Parts) =>
  ({
    tlvTableMod: message('tlvTableMod', { command: parts.named(TlvTableCommand, u16), mappings }),
    tlvTableRequest: bare('tlvTableRequest'),
    tlvTableReply: message('tlvTableReply', { maxOptionSpace: u32, maxFields: u16, mappings }),
  }) satisfies Partial<MessageTable>

const flowMonitors = {
  nxFlowMonitorCancel: message('nxFlowMonitorCancel', { id: u32 }),
  nxFlowMonitorPaused: bare('nxFlowMonitorPaused'),
  nxFlowMonitorResumed: bare('nxFlowMonitorResumed'),
  flowMonitorCancel: message('flowMonitorCancel', { id: u32 }),
  flowMonitorPaused: bare('flowMonitorPaused'),
  flowMonitorResumed: bare('flowMonitorResumed'),
} satisfies Partial<MessageTable>

const packetIn2Property = (parts: Parts): fc.Arbitrary<PacketIn2Property> =>
  fc.oneof(
    typed('packet', { data: bytes() }),
    typed('fullLen', { fullLen: u32 }),
    typed('bufferId', { bufferId: u32 }),
    typed('tableId', { tableId: u8 }),
    typed('cookie', { cookie: u64 }),
    typed('reason', { reason: parts.named(PacketInReason, u8) }),
    typed('metadata', { metadata: parts.match }),
    typed('userdata', { userdata: bytes() }),
    typed('continuation', { continuation: bytes() }),
    ...(parts.strange ? [unknownPart(from(9, 0xffff))] : []),
  )

const packets = (parts: Parts) =>
  ({
    nxPacketIn: message('nxPacketIn', {
      bufferId: u32,
      totalLen: u16,
      reason: parts.named(PacketInReason, u8),
      tableId: u8,
      cookie: u64,
      match: parts.match,
      data: bytes(),
    }),
    packetIn2: message('packetIn2', { properties: some(packetIn2Property(parts), 5) }),
    resume: message('resume', { properties: some(packetIn2Property(parts), 5) }),
  }) satisfies Partial<MessageTable>

const address = bigBits(128)

const tuple = (parts: Parts) => ({
  tuple: some(
    fc.oneof(
      typed('source', { address }),
      typed('destination', { address }),
      typed('sourcePort', { value: u16 }),
      typed('destinationPort', { value: u16 }),
      typed('icmpId', { value: u16 }),
      typed('icmpType', { value: u8 }),
      typed('icmpCode', { value: u8 }),
      ...(parts.strange ? [unknownPart(from(7, 0xffff))] : []),
    ),
  ),
})

const flushProperty = (parts: Parts): fc.Arbitrary<FlushProperty> =>
  fc.oneof(
    typed('original', tuple(parts)),
    typed('reply', tuple(parts)),
    typed('zone', { zoneId: u16 }),
    ...(parts.strange ? [unknownPart(from(3, 0xffff))] : []),
  )

const flushes = (parts: Parts) =>
  ({
    ctFlushZone: message('ctFlushZone', { zoneId: u16 }),
    ctFlush: message('ctFlush', { ipProto: u8, properties: some(flushProperty(parts), 3) }),
  }) satisfies Partial<MessageTable>

/** Experimenter messages of Open vSwitch and of the ONF that hold no other message. */
export const experimenterMessages = (parts: Parts) =>
  ({
    ...roles(parts),
    ...settings(parts),
    ...tlvTables(parts),
    ...flowMonitors,
    ...packets(parts),
    ...flushes(parts),
    bundleControl: trailing(
      parts,
      message('bundleControl', {
        bundleId: u32,
        control: parts.named(BundleControlType, u16),
        flags: parts.flags(BundleFlags, u16),
      } as never),
    ) as fc.Arbitrary<MessageNamed<'bundleControl'>>,
  }) satisfies Partial<MessageTable>

/** Messages that hold one of `inner`. */
export const nestingMessages = (parts: Parts, inner: fc.Arbitrary<Message>, forwarded: fc.Arbitrary<Message>) =>
  ({
    bundleAdd: trailing(
      parts,
      message('bundleAdd', { bundleId: u32, flags: parts.flags(BundleFlags, u16), message: inner } as never),
    ) as fc.Arbitrary<MessageNamed<'bundleAdd'>>,
    requestForward: message('requestForward', { message: forwarded }),
  }) satisfies Partial<MessageTable>
