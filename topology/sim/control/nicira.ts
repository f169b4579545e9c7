import type { CtFlushProperty } from '../../../controller/openflow/experimenter/ct-flush.ts'
import { TlvTableCommand } from '../../../controller/openflow/experimenter/tlv-table.ts'
import type { Connection as CtConnection } from '../conntrack/connection.ts'
import { isIcmp, type Tuple } from '../conntrack/tuple.ts'
import { optionSpace } from '../pipeline/layout.ts'
import { Refusal } from '../refusal.ts'
import type { Handlers } from './handlers.ts'

const fieldCount = 64
const mapped = 0xffffn << 32n

/** An address of a flush: IPv4 ones stand in IPv6's mapped range. */
const sameAddress = (tuple: Tuple, own: bigint, wanted: bigint): boolean =>
  wanted === 0n || (tuple.isIpv6 ? own : own | mapped) === wanted

type Member = Extract<CtFlushProperty, { readonly type: 'original' }>['tuple'][number]

const sameMember = (tuple: Tuple, member: Member): boolean => {
  if ('address' in member) return sameAddress(tuple, member.type === 'source' ? tuple.src : tuple.dst, member.address)
  if (!('value' in member)) return true
  if (member.type === 'sourcePort') return tuple.srcPort === member.value
  if (member.type === 'destinationPort') return tuple.dstPort === member.value
  if (member.type === 'icmpId') return !isIcmp(tuple.protocol) || tuple.srcPort === member.value
  return member.type !== 'icmpType' || tuple.dstPort === member.value
}

const matches = (connection: CtConnection, ipProto: number, property: CtFlushProperty): boolean => {
  if (property.type === 'zone') return connection.zone === property.zoneId
  if (property.type === 'unknown') return true
  const tuple = connection[property.type]
  return (ipProto === 0 || tuple.protocol === ipProto) && property.tuple.every((member) => sameMember(tuple, member))
}

/** Open vSwitch's own requests. */
export const niciraHandlers = {
  setPacketInFormat(connection, { format }) {
    connection.packetInFormat = format
  },
  setControllerId(connection, { controllerId }) {
    connection.controllerId = controllerId
  },
  flowAge() {},
  tlvTableMod({ sw: { options } }, { command, mappings }) {
    if (command === TlvTableCommand.ADD) options.add(mappings)
    else if (command === TlvTableCommand.DELETE) options.remove(mappings)
    else if (command === TlvTableCommand.CLEAR) options.clear()
    else throw new Refusal('NXTTMFC_BAD_COMMAND', `command ${command}`)
  },
  tlvTableRequest(connection, { xid }) {
    const { mappings } = connection.sw.options
    connection.send({ type: 'tlvTableReply', xid, maxOptionSpace: optionSpace, maxFields: fieldCount, mappings })
  },
  ctFlushZone({ sw }, { zoneId }) {
    sw.conntrack.flush(({ zone }) => zone === zoneId)
  },
  ctFlush({ sw }, { ipProto, properties }) {
    sw.conntrack.flush((one) => properties.every((property) => matches(one, ipProto, property)))
  },
} satisfies Handlers
