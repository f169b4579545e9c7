import { formatMatchFields } from '../fields/match-text.ts'
import type { Match } from '../fields/oxm.ts'
import { toHex } from '../wire/json.ts'
import { ALL_ONES_64 } from '../wire/primitives.ts'
import { NO_BUFFER } from './flow-mod.ts'

/** What a packet-in tells, in any of its forms. */
export interface PacketInFacts {
  /** The packet, or as much of it as the switch sent. */
  readonly packet: Uint8Array
  /** Bytes of the whole packet. */
  readonly fullLen: number
  readonly bufferId: number
  readonly tableId: number
  /** Of the flow that sent it; all ones or undefined where there is none. */
  readonly cookie: bigint | undefined
  readonly reason: number
  /** Fields that the packet itself does not show. */
  readonly metadata: Match
}

const reasonTexts = ['no_match', 'action', 'invalid_ttl', 'action_set', 'group', 'packet_out']

/** A reason in ovs-ofctl's words. */
export const packetInReasonText = (reason: number): string => reasonTexts[reason] ?? String(reason)

/** A packet on a line of its own, as ovs-ofctl's packet-out takes it; nothing where there is none. */
export const packetLine = (packet: Uint8Array): string => (packet.length === 0 ? '' : `\npacket=${toHex(packet)}`)

/** ` buffer=0x00000001` */
export const bufferIdText = (bufferId: number): string => ` buffer=0x${bufferId.toString(16).padStart(8, '0')}`

/** Where the packet is, and ovs-ofctl's remark on lengths that cannot be. */
export const bufferText = ({
  bufferId,
  fullLen,
  packet,
}: Pick<PacketInFacts, 'bufferId' | 'fullLen' | 'packet'>): string => {
  if (bufferId === NO_BUFFER) return ` (unbuffered)${fullLen === packet.length ? '' : ' (***total_len != data_len***)'}`
  const warning = fullLen < packet.length ? ' (***total_len < data_len***)' : ''
  return `${bufferIdText(bufferId)}${warning}`
}

/** A packet-in as ovs-ofctl prints it; `lines` stand before the packet. */
export const packetInText = (facts: PacketInFacts, lines: readonly string[] = []): string => {
  const { packet, cookie, tableId } = facts
  const first = [
    tableId === 0 ? '' : ` table_id=${tableId}`,
    cookie === undefined || cookie === ALL_ONES_64 ? '' : ` cookie=0x${cookie.toString(16)}`,
    ` total_len=${facts.fullLen} ${formatMatchFields(facts.metadata)}`,
    ` (via ${packetInReasonText(facts.reason)}) data_len=${packet.length}${bufferText(facts)}`,
  ].join('')
  return [first, ...lines].join('\n') + packetLine(packet)
}
