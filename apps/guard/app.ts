import {
  defineApp,
  guardedBit,
  integration,
  model,
  openflow,
  type PortFact,
  packet,
  portMask,
} from '../../controller/index.ts'

const { EtherType, IpProtocol } = openflow
const { DhcpPort, Icmpv6Type, isIpv6 } = packet

/** Priorities, from what is certain to what is left. */
const Rank = { FORBIDDEN: 300, ND: 250, ND_REST: 240, OWN: 200, TYPE: 100, MAC: 50, REST: 10 } as const

/** Addresses under which a port may send, with the Ethernet address that belongs to them. */
interface Own {
  readonly mac: number
  /** With a prefix length where it is more than one. */
  readonly address: string
}

const ownOf = ({ mac, addresses, allowedPairs }: PortFact): Own[] => {
  const given = [
    ...addresses.map((address) => ({ mac, address })),
    ...allowedPairs.map((pair) => ({ mac: pair.mac ?? mac, address: pair.cidr })),
  ]
  const stations = new Set(given.filter(({ address }) => isIpv6(address)).map((own) => own.mac))
  return [...given, ...[...stations].map((station) => ({ mac: station, address: packet.linkLocalOf(station) }))]
}

/** Packets of ports that are guarded. */
const guarded = { reg1: { value: guardedBit, mask: guardedBit } } as const

/**
 * A container sends under its own addresses only: Ethernet, IPv4, IPv6, and in what it says by ARP
 * and neighbour discovery. What it sends otherwise is dropped, counted under a name.
 */
export default defineApp({
  name: 'guard',
  bridge: 'integration',
  pipeline: integration.stages,
  collections: { ports: model.ports },
  rules: {
    /** What is dropped of every guarded port unless a flow of the port allows it. */
    drops: {
      flows: ({ stages: { guard } }) => {
        const ipv6 = { ...guarded, ethType: EtherType.IPV6, ipProto: IpProtocol.ICMPV6 } as const
        return [
          guard
            .when({ ...ipv6, icmpv6Type: Icmpv6Type.ROUTER_ADVERTISEMENT }, Rank.FORBIDDEN)
            .drop('router advertisement'),
          guard.when({ ...guarded, ethType: EtherType.ARP }, Rank.TYPE).drop('spoofed ARP'),
          guard.when({ ...guarded, ethType: EtherType.IPV4 }, Rank.TYPE).drop('spoofed IPv4 address'),
          guard.when({ ...guarded, ethType: EtherType.IPV6 }, Rank.TYPE).drop('spoofed IPv6 address'),
          guard
            .when({ ...ipv6, icmpv6Type: Icmpv6Type.NEIGHBOR_SOLICITATION }, Rank.ND_REST)
            .drop('spoofed neighbour solicitation'),
          guard
            .when({ ...ipv6, icmpv6Type: Icmpv6Type.NEIGHBOR_ADVERTISEMENT }, Rank.ND_REST)
            .drop('spoofed neighbour advertisement'),
          guard.when(guarded, Rank.REST).drop('spoofed Ethernet address'),
        ]
      },
    },
    /** What one port may send. */
    own: {
      each: 'ports',
      on: ({ dpid, guard }) => (guard ? dpid : undefined),
      flows: (port, { stages: { guard, meterOut } }) => {
        const { ofport, mac } = port
        if (ofport === undefined) return []
        const from = { reg1: { value: ofport, mask: portMask } } as const
        const allow = (rank: number) => (match: openflow.Match) => guard.matching(match, rank).goto(meterOut)
        const own = ownOf(port)
        const [ipv4, ipv6] = [
          own.filter(({ address }) => !isIpv6(address)),
          own.filter(({ address }) => isIpv6(address)),
        ]
        const stations = new Set([mac, ...own.map((one) => one.mac)])
        return [
          ...[...stations].map((ethSrc) => guard.when({ ...from, ethSrc }, Rank.MAC).goto(meterOut)),
          ...[...ipv4.flatMap((one) => ipv4Matches(from, one)), ...unaddressed(from, mac)].map(allow(Rank.OWN)),
          ...ipv6.map((one) => ipv6Match(from, one)).map(allow(Rank.OWN)),
          ...ipv6.flatMap((one) => ndMatches(from, one)).map(allow(Rank.ND)),
          ...(ipv6.length === 0
            ? []
            : [allow(Rank.OWN)(ipv6Match(from, nobody6(mac))), ...probes6(from, mac).map(allow(Rank.ND))]),
        ]
      },
    },
  },
})

/** Open vSwitch shows an option that is not there as zeros. */
const noOption = 0

type From = { readonly reg1: { readonly value: number; readonly mask: number } }

const { match } = openflow

const ipv4Matches = (from: From, { mac, address }: Own): openflow.Match[] => [
  match({ ...from, ethSrc: mac, ethType: EtherType.ARP, arpSha: mac, arpSpa: address as packet.Ipv4Text }),
  match({ ...from, ethSrc: mac, ethType: EtherType.IPV4, ipv4Src: address as packet.Ipv4Text }),
]

const ipv6Match = (from: From, { mac, address }: Own): openflow.Match =>
  match({ ...from, ethSrc: mac, ethType: EtherType.IPV6, ipv6Src: address as packet.Ipv6Text })

/** Neighbour discovery must not only come from the address: what it says must be true. */
const ndMatches = (from: From, { mac, address }: Own): openflow.Match[] => {
  const icmp = { ...from, ethSrc: mac, ethType: EtherType.IPV6, ipProto: IpProtocol.ICMPV6 } as const
  const solicitation = {
    ...icmp,
    ipv6Src: address as packet.Ipv6Text,
    icmpv6Type: Icmpv6Type.NEIGHBOR_SOLICITATION,
  } as const
  const advertisement = { ...icmp, icmpv6Type: Icmpv6Type.NEIGHBOR_ADVERTISEMENT } as const
  return [
    ...[mac, noOption].map((ipv6NdSll) => match({ ...solicitation, ipv6NdSll })),
    match({ ...advertisement, ipv6NdTarget: address as packet.Ipv6Text, ipv6NdTll: mac }),
  ]
}

/** What is sent by those who have no address yet: probes (RFC 5227 §2.1) and DHCP. */
const unaddressed = (from: From, mac: number): openflow.Match[] => {
  const ethernet = { ...from, ethSrc: mac } as const
  const nobody = { ...ethernet, ethType: EtherType.IPV4, ipv4Src: '0.0.0.0', ipProto: IpProtocol.UDP } as const
  return [
    match({ ...ethernet, ethType: EtherType.ARP, arpSha: mac, arpSpa: '0.0.0.0' }),
    match({ ...nobody, udpSrc: DhcpPort.CLIENT, udpDst: DhcpPort.SERVER }),
  ]
}

/** Who has no IPv6 address yet (RFC 4291 §2.5.2). */
const nobody6 = (mac: number): Own => ({ mac, address: '::' })

/** Whether an address is free, asked without saying who asks (RFC 4862 §5.4.2). */
const probes6 = (from: From, mac: number): openflow.Match[] => {
  const icmp = { ...from, ethSrc: mac, ethType: EtherType.IPV6, ipProto: IpProtocol.ICMPV6, ipv6Src: '::' } as const
  return [match({ ...icmp, icmpv6Type: Icmpv6Type.NEIGHBOR_SOLICITATION, ipv6NdSll: noOption })]
}
