// What a rule matches, one match for each combination of who, with whom, and what for.
import { networkMask, openflow, type PolicyRuleFact, type Prefix, type Service } from '../../../controller/index.ts'
import { field, inOwnGroup, inPeerGroup, type Marks, marked } from './marks.ts'

const { EtherType, IpProtocol } = openflow

type Oxm = openflow.Oxm

/** Bits of ct_state (ovs-fields(7)). */
export const CtState = { NEW: 1, REPLY: 8, INVALID: 16, TRACKED: 32 } as const

/** A part of a match: marks, fields that the connection has, and others. */
interface Part {
  readonly marks?: Marks
  readonly fields?: readonly Oxm[]
}

const anything: readonly Part[] = [{}]

const ownPart = (one: PolicyRuleFact['own'][number]): Part => {
  if (one.type === 'network') return { fields: [field('reg0', { value: one.vni, mask: networkMask })] }
  const marks = { tenant: one.tenant }
  return one.type === 'tenant' ? { marks } : { marks, fields: [inOwnGroup(one.bit)] }
}

const ownParts = ({ own }: PolicyRuleFact): readonly Part[] => (own.length === 0 ? anything : own.map(ownPart))

const families = {
  4: { ethType: EtherType.IPV4, src: 'ctNwSrc', dst: 'ctNwDst' },
  6: { ethType: EtherType.IPV6, src: 'ctIpv6Src', dst: 'ctIpv6Dst' },
} as const

/** The other side of a connection: who it is with where the port began it, who began it where not. */
export const peerField = (family: 4 | 6, direction: 'in' | 'out'): openflow.FieldKey =>
  families[family][direction === 'out' ? 'dst' : 'src']

const peerParts = ({ peers, direction }: PolicyRuleFact): readonly Part[] =>
  peers.length === 0
    ? anything
    : peers.map((peer) =>
        peer.type === 'group'
          ? { marks: { peerTenant: peer.tenant }, fields: [inPeerGroup(peer.bit)] }
          : {
              fields: [
                field('ethType', families[peer.family].ethType),
                field(peerField(peer.family, direction), peer.cidr),
              ],
            },
      )

/** Packets that belong to a connection: all of them have its addresses, protocol and ports, fragments and errors too. */
export const tracked: Oxm = field('ctState', { value: CtState.TRACKED, mask: CtState.TRACKED | CtState.INVALID })

const inPrefix = (key: openflow.FieldKey, { value, mask }: Prefix): Oxm =>
  field(key, mask === 0xffff ? value : { value, mask })

/** ovs-fields(7), "ct_tp_src": of ICMP, type and code stand in the place of the ports. */
const icmpFields = ({ type, code }: NonNullable<Service['icmp']>): Oxm[] => [
  field('ctTpSrc', type),
  ...(code === undefined ? [] : [field('ctTpDst', code)]),
]

/**
 * Connections of SCTP have no ports in Open vSwitch's own data path: the packet's are looked at, the
 * other way round in answers.
 */
const sctpParts = (prefixes: readonly Prefix[]): Part[] => {
  const about = CtState.TRACKED | CtState.INVALID | CtState.REPLY
  const ways = [
    { key: 'sctpDst', value: CtState.TRACKED },
    { key: 'sctpSrc', value: CtState.TRACKED | CtState.REPLY },
  ] as const
  return [EtherType.IPV4, EtherType.IPV6].flatMap((ethType) =>
    ways.flatMap(({ key, value }) => {
      const head = [field('ctState', { value, mask: about }), field('ethType', ethType)]
      return prefixes.map((prefix) => ({
        fields: [...head, field('ipProto', IpProtocol.SCTP), inPrefix(key, prefix)],
      }))
    }),
  )
}

const serviceParts = ({ service }: PolicyRuleFact): readonly Part[] => {
  if (!service) return anything
  const { protocol, ports, icmp } = service
  if (protocol === IpProtocol.SCTP && ports.length > 0) return sctpParts(ports)
  const head = [tracked, field('ctNwProto', protocol)]
  if (icmp) return [{ fields: [...head, ...icmpFields(icmp)] }]
  if (ports.length === 0) return [{ fields: head }]
  return ports.map((prefix) => ({ fields: [...head, inPrefix('ctTpDst', prefix)] }))
}

/** Fields of a match, each once: where two parts name one, the later says at least as much. */
const joined = (audit: boolean, parts: readonly Part[]): openflow.Match => {
  const marks = Object.assign({ auditing: Number(audit) }, ...parts.map((part) => part.marks ?? {})) as Marks
  const fields = new Map(parts.flatMap((part) => part.fields ?? []).map((oxm) => [oxm.field.key, oxm]))
  return [marked(marks), ...fields.values()]
}

/** Addresses of connections are known of packets that belong to one. */
const withState = (part: Part): Part =>
  part.fields?.some((oxm) => oxm.field.key === 'ethType') ? { ...part, fields: [tracked, ...part.fields] } : part

/** Whether two parts can be true of one packet: an IPv6 range and a protocol of IPv4 cannot. */
const agree = (a: Part, b: Part): boolean => {
  const [one, other] = [a, b].map(({ fields = [] }) => fields.find((oxm) => oxm.field.key === 'ethType')?.value)
  return one === undefined || other === undefined || one === other
}

/** All that a rule matches: where its sides are matched by themselves, what says that all of them do. */
export const matchesOf = (rule: PolicyRuleFact): openflow.Match[] => {
  if (rule.conjunction !== undefined) {
    return [[marked({ auditing: Number(rule.audit) }), field('conjId', rule.conjunction)]]
  }
  const services = serviceParts(rule)
  const peers = peerParts(rule).map(withState)
  return ownParts(rule).flatMap((own) =>
    peers.flatMap((peer) =>
      services.filter((service) => agree(peer, service)).map((service) => joined(rule.audit, [own, peer, service])),
    ),
  )
}
