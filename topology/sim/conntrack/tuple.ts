import { IcmpType } from '../../../controller/packet/icmp.ts'
import { Icmpv6Type } from '../../../controller/packet/icmpv6.ts'
import { IpProtocol } from '../../../controller/packet/ipv4.ts'

/** What a packet says of its connection: who to whom. */
export interface Tuple {
  readonly isIpv6: boolean
  readonly protocol: number
  readonly src: bigint
  readonly dst: bigint
  /** Of ICMP the identifier. */
  readonly srcPort: number
  /** Of ICMP the type. */
  readonly dstPort: number
}

/** Questions and their answers in ICMP, by type. */
const answers: Readonly<Record<number, readonly (readonly [number, number])[]>> = {
  [IpProtocol.ICMP]: [
    [IcmpType.ECHO_REQUEST, IcmpType.ECHO_REPLY],
    [13, 14], // timestamp
    [15, 16], // information
  ],
  [IpProtocol.ICMPV6]: [[Icmpv6Type.ECHO_REQUEST, Icmpv6Type.ECHO_REPLY]],
}

export const isIcmp = (protocol: number): boolean => protocol in answers

/** True for ICMP types that ask and can begin a connection. */
export const isQuestion = (protocol: number, type: number): boolean =>
  answers[protocol]?.some(([question]) => question === type) ?? false

const counterpart = (protocol: number, type: number): number | undefined => {
  for (const [question, answer] of answers[protocol] ?? []) {
    if (question === type) return answer
    if (answer === type) return question
  }
  return undefined
}

/** True for ICMP types that belong to connections: questions and answers. */
export const isQuery = (protocol: number, type: number): boolean => counterpart(protocol, type) !== undefined

/** The tuple of an answer. */
export const reversed = (tuple: Tuple): Tuple => {
  const { isIpv6, protocol, src, dst, srcPort, dstPort } = tuple
  const ports = isIcmp(protocol)
    ? { srcPort, dstPort: counterpart(protocol, dstPort) ?? dstPort }
    : { srcPort: dstPort, dstPort: srcPort }
  return { isIpv6, protocol, src: dst, dst: src, ...ports }
}

export const tupleKey = (zone: number, { isIpv6, protocol, src, dst, srcPort, dstPort }: Tuple): string =>
  `${zone}/${isIpv6 ? 6 : 4}/${protocol}/${src}/${dst}/${srcPort}/${dstPort}`
