import { formatMatchFields } from '../fields/match-text.ts'
import type { Match } from '../fields/oxm.ts'
import { NO_BUFFER } from '../messages/flow-mod.ts'
import { packetInReasonText } from '../messages/packet.ts'
import { toHex } from '../wire/json.ts'

/** What Nicira's packet-ins tell, in either form. */
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

const noCookie = 0xffff_ffff_ffff_ffffn

const bufferText = ({ bufferId, fullLen, packet }: PacketInFacts): string => {
  if (bufferId === NO_BUFFER) return ` (unbuffered)${fullLen === packet.length ? '' : ' (***total_len != data_len***)'}`
  const warning = fullLen < packet.length ? ' (***total_len < data_len***)' : ''
  return ` buffer=0x${bufferId.toString(16).padStart(8, '0')}${warning}`
}

/** A packet-in as ovs-ofctl prints it; `lines` stand before the packet. */
export const packetInText = (facts: PacketInFacts, lines: readonly string[] = []): string => {
  const { packet, cookie, tableId } = facts
  const first = [
    tableId === 0 ? '' : ` table_id=${tableId}`,
    cookie === undefined || cookie === noCookie ? '' : ` cookie=0x${cookie.toString(16)}`,
    ` total_len=${facts.fullLen} ${formatMatchFields(facts.metadata)}`,
    ` (via ${packetInReasonText(facts.reason)}) data_len=${packet.length}${bufferText(facts)}`,
  ].join('')
  return [first, ...lines, ...(packet.length === 0 ? [] : [`packet=${toHex(packet)}`])].join('\n')
}
