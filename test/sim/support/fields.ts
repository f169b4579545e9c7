import { parsePacket } from '../../../controller/packet/index.ts'

/** Fields of a frame that flows can change, by the names of Open vSwitch's data path, as numbers. */
export type FrameFields = Record<string, bigint>

const numbers = (prefix: string, members: Readonly<Record<string, number | bigint | undefined>>): FrameFields =>
  Object.fromEntries(
    Object.entries(members)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [`${prefix}.${name}`, BigInt(value as number | bigint)]),
  )

const fragment = (offset: number, more: boolean): number => (offset > 0 ? 3 : more ? 1 : 0)

/** What a frame says, after all its tags; tags are `vlan0.vid` and so on, the outermost first. */
export const fieldsOf = (frame: Uint8Array): FrameFields => {
  const { eth, arp, ipv4, ipv6, icmp, icmpv6, neighbor, tcp, udp } = parsePacket(frame)
  return {
    ...numbers('eth', { src: eth?.src, dst: eth?.dst, type: eth?.etherType }),
    ...Object.assign({}, ...(eth?.tags ?? []).map(({ vid, pcp }, index) => numbers(`vlan${index}`, { vid, pcp }))),
    ...numbers('arp', { op: arp?.op, sip: arp?.spa, tip: arp?.tpa, sha: arp?.sha, tha: arp?.tha }),
    ...(ipv4 ? numbers('ipv4', { src: ipv4.src, dst: ipv4.dst, tos: ipv4.tos, ttl: ipv4.ttl }) : {}),
    ...(ipv4 ? numbers('ipv4', { frag: fragment(ipv4.fragmentOffset, ipv4.moreFragments) }) : {}),
    ...(ipv6 ? numbers('ipv6', { src: ipv6.src, dst: ipv6.dst, tclass: ipv6.trafficClass }) : {}),
    ...(ipv6 ? numbers('ipv6', { label: ipv6.flowLabel, hlimit: ipv6.hopLimit }) : {}),
    ...numbers('tcp', { src: tcp?.src, dst: tcp?.dst }),
    ...numbers('udp', { src: udp?.src, dst: udp?.dst }),
    ...numbers('icmp', { type: icmp?.icmpType, code: icmp?.code }),
    ...numbers('icmpv6', { type: icmpv6?.icmpType, code: icmpv6?.code }),
    ...numbers('nd', { target: neighbor?.target, sll: neighbor?.sll, tll: neighbor?.tll }),
  }
}
