import { checksumOf, internetChecksum, pseudoHeaderSum, sumWords } from '../../../controller/packet/checksum.ts'
import {
  addressBytes,
  encodeIcmp,
  encodeIcmpv6,
  IcmpType,
  Icmpv6Type,
  IpProtocol,
  type Packet,
} from '../../../controller/packet/index.ts'
import type { Ip } from './ip.ts'

/** A request for an echo, or the answer. */
export interface Echo {
  readonly isReply: boolean
  /** Identifier and sequence number. */
  readonly rest: number
  readonly payload: Uint8Array
}

/** An echo, and the protocol that it is of. */
export const encodeEcho = ({ isReply, rest, payload }: Echo, network: { src: Ip; dst: Ip }): [number, Uint8Array] => {
  const message = { rest, payload }
  if (typeof network.src === 'bigint') {
    const icmpType = isReply ? Icmpv6Type.ECHO_REPLY : Icmpv6Type.ECHO_REQUEST
    return [IpProtocol.ICMPV6, encodeIcmpv6({ icmpType, ...message }, addressBytes(network))]
  }
  const icmpType = isReply ? IcmpType.ECHO_REPLY : IcmpType.ECHO_REQUEST
  return [IpProtocol.ICMP, encodeIcmp({ icmpType, ...message })]
}

const hasRightSum = ({ ipv4, ipv6 }: Packet): boolean => {
  if (ipv4) return internetChecksum(ipv4.payload) === 0
  if (!ipv6) return false
  const { payload } = ipv6
  const pseudo = pseudoHeaderSum(addressBytes(ipv6), IpProtocol.ICMPV6, payload.length)
  return checksumOf(pseudo + sumWords(payload, 0, payload.length)) === 0
}

/** The echo in a packet; undefined for other packets, and where its checksum is wrong. */
export const echoIn = (packet: Packet): (Echo & { readonly src: Ip; readonly dst: Ip }) | undefined => {
  const { ipv4, ipv6, icmp, icmpv6 } = packet
  const network = ipv4 ?? ipv6
  const message = icmp ?? icmpv6
  if (!network || !message) return undefined
  const [request, reply] = icmp
    ? [IcmpType.ECHO_REQUEST, IcmpType.ECHO_REPLY]
    : [Icmpv6Type.ECHO_REQUEST, Icmpv6Type.ECHO_REPLY]
  const isReply = message.icmpType === reply
  if ((!isReply && message.icmpType !== request) || !hasRightSum(packet)) return undefined
  return { isReply, rest: message.rest, payload: message.payload, src: network.src, dst: network.dst }
}
