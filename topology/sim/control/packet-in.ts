import { packetIn2Facts } from '../../../controller/openflow/experimenter/packet-in2.ts'
import { PacketInFormat } from '../../../controller/openflow/experimenter/settings.ts'
import { allFields, type Field } from '../../../controller/openflow/fields/field.ts'
import { type Match, Oxm } from '../../../controller/openflow/fields/oxm.ts'
import { NO_BUFFER } from '../../../controller/openflow/messages/flow-mod.ts'
import type { Message, MessageNamed } from '../../../controller/openflow/messages/messages.ts'
import { PacketInReason } from '../../../controller/openflow/messages/packet.ts'
import { ProtocolError } from '../../../controller/openflow/wire/errors.ts'
import { getBits, getNumber, setBits } from '../pipeline/bits.ts'
import { type Key, places, Word } from '../pipeline/layout.ts'
import type { Passage } from '../pipeline/passage.ts'
import { newReport, type Punt } from '../pipeline/report.ts'
import { placeOf } from '../tables/matcher.ts'
import type { OptionTable } from '../tables/options.ts'
import type { Connection } from './connection.ts'

/** Fields that no frame tells, so that a packet-in does (OpenFlow 1.3.5 §7.4.1), in the order of matches. */
const metadataKeys = new Set([
  'inPort',
  'tunnelId',
  'tunIpv4Src',
  'tunIpv4Dst',
  'tunIpv6Src',
  'tunIpv6Dst',
  'tunFlags',
  'tunGbpId',
  'tunGbpFlags',
  'pktMark',
  'ctState',
  'ctZone',
  'ctMark',
  'ctLabel',
  'ctNwSrc',
  'ctNwDst',
  'ctIpv6Src',
  'ctIpv6Dst',
  'ctNwProto',
  'ctTpSrc',
  'ctTpDst',
  'metadata',
  ...Array.from({ length: 16 }, (_, n) => `reg${n}`),
])

const metadataFields = allFields.filter(({ key, variable }) => metadataKeys.has(key) || variable)

const isTold = (key: Key, field: Field, options: OptionTable): boolean => {
  if (field.key === 'inPort') return true
  return field.variable
    ? options.isPresent(field, key) && options.place(field) !== undefined
    : getBits(key, places[field.key as keyof typeof places] as NonNullable<(typeof places)['reg0']>) !== 0n
}

/** The metadata of a packet, those that are not zero. */
const metadataOf = (key: Key, options: OptionTable): Match =>
  metadataFields
    .filter((field) => isTold(key, field, options))
    .map((field) => {
      const place = placeOf(field, options) as NonNullable<(typeof places)['reg0']>
      const code = field.variable ? options.code(field) : field.code
      return new Oxm(code, field.bits > 48 ? getBits(key, place) : getNumber(key, place))
    })

/** OpenFlow 1.3 knows three reasons; others are said to be an action. */
export const packetInReason = (reason: number): number =>
  reason <= PacketInReason.INVALID_TTL ? reason : PacketInReason.ACTION

/** Packets that wait for a controller to resume them, at most. */
const mostPaused = 1024

/** Packets whose way through the switch is paused. */
export class Paused {
  private readonly passages = new Map<number, Passage>()
  private next = 1

  keep(passage: Passage): Uint8Array {
    const id = this.next++
    this.passages.set(id, passage)
    if (this.passages.size > mostPaused) {
      const [oldest] = this.passages.keys()
      if (oldest !== undefined) this.passages.delete(oldest)
    }
    const bytes = new Uint8Array(8)
    new DataView(bytes.buffer).setUint32(4, id)
    return bytes
  }

  /** Gives a passage out, once. @throws ProtocolError where none waits */
  take(continuation: Uint8Array | undefined): Passage {
    const id = continuation?.length === 8 ? new DataView(continuation.slice().buffer).getUint32(4) : 0
    const passage = this.passages.get(id)
    if (!passage) throw new ProtocolError('OFPBRC_BAD_PACKET', 'no packet waits for this resume')
    this.passages.delete(id)
    return passage
  }
}

const packetIn2 = (connection: Connection, punt: Punt, match: Match): Message => ({
  type: 'packetIn2',
  xid: 0,
  properties: [
    { type: 'packet', data: punt.frame },
    { type: 'tableId', tableId: punt.tableId },
    { type: 'cookie', cookie: punt.cookie },
    { type: 'reason', reason: punt.reason },
    { type: 'metadata', metadata: match },
    ...(punt.userdata ? [{ type: 'userdata', userdata: punt.userdata } as const] : []),
    ...(punt.paused ? [{ type: 'continuation', continuation: connection.paused.keep(punt.paused) } as const] : []),
  ],
})

/** The message that brings a packet to a controller, in the form that it asked for. */
export const packetInFor = (connection: Connection, punt: Punt): Message => {
  const match = metadataOf(punt.key, connection.sw.options)
  if (connection.packetInFormat === PacketInFormat.NXT_PACKET_IN2) return packetIn2(connection, punt, match)
  const isCut = punt.maxLen < punt.frame.length
  const inPort = (punt.key[Word.IN_PORT] as number) >>> 0
  const bufferId = isCut ? connection.buffers.keep({ inPort, frame: punt.frame }) : undefined
  return {
    type: connection.packetInFormat === PacketInFormat.NXT_PACKET_IN ? 'nxPacketIn' : 'packetIn',
    xid: 0,
    bufferId: bufferId ?? NO_BUFFER,
    totalLen: punt.frame.length,
    reason: packetInReason(punt.reason),
    tableId: punt.tableId,
    cookie: punt.cookie,
    match,
    // What is not kept here is sent whole.
    data: bufferId === undefined ? punt.frame : punt.frame.slice(0, punt.maxLen),
  }
}

/** Lets a paused packet go on, with the fields and bytes that the controller sent back. */
export const resume = ({ sw, paused }: Connection, message: MessageNamed<'resume'>): void => {
  const facts = packetIn2Facts(message)
  const passage = paused.take(facts.continuation)
  const report = newReport()
  const again = passage.resume(report, facts.packet, (key) => {
    for (const { field, value } of facts.metadata) {
      const place = placeOf(field, sw.options)
      if (place) setBits(key, place, 0, place.width, BigInt(value))
    }
  })
  again.run()
  sw.deliver(report, again.inPort)
}
