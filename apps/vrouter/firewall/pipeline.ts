// Flows that are there whatever the rules: how packets get to rules, and on from there.
import { type IntegrationStages, integration, integrationTable, openflow, resubmit } from '../../../controller/index.ts'
import { field, mark, marked, noPeer } from './marks.ts'
import { CtState, peerField, tracked } from './matches.ts'
import { Rank } from './ranks.ts'

type Action = openflow.Action
type Oxm = openflow.Oxm

const { CtFlags, EtherType, IpProtocol, NO_TABLE, subfield } = openflow

const ways = [0, 1] as const
type Way = (typeof ways)[number]

const ipFamilies = [
  { family: 4, ethType: EtherType.IPV4 },
  { family: 6, ethType: EtherType.IPV6 },
] as const

const ethType = (value: number): Oxm => field('ethType', value)

/** Each port has a zone of its own, for both ways: its OpenFlow number. */
const zoneOf = (incoming: Way): openflow.Subfield => integration.registers[incoming === 1 ? 'outPort' : 'inPort']

const track = (incoming: Way, options: { readonly flags: number; readonly table: number }): Action => ({
  ...{ type: 'ct', zone: zoneOf(incoming), alg: 0, actions: [], ...options },
})

/** On with what a port sends: where the stages before the firewall would have led. */
export const onward = resubmit(integrationTable('unnat'))

/**
 * Messages that keep a network going, and belong to no connection (RFC 4890 §4.4): of neighbours
 * and routers (RFC 4861), and of multicast listeners (RFC 2710, RFC 3810).
 */
const upkeep = [130, 131, 132, 133, 134, 135, 136, 143] as const

/** What is tracked, and what passes without. */
export const trackingFlows = ({ conntrack, orient, passed }: IntegrationStages) => [
  conntrack.when({ ethType: EtherType.ARP }, Rank.FIRST).goto(passed),
  ...upkeep.map((icmpv6Type) =>
    conntrack.when({ ethType: EtherType.IPV6, ipProto: IpProtocol.ICMPV6, icmpv6Type }, Rank.FIRST).goto(passed),
  ),
  ...ways.flatMap((incoming) =>
    ipFamilies.map((ip) =>
      conntrack
        .matching([marked({ incoming }), ethType(ip.ethType)], Rank.USUAL)
        .apply(track(incoming, { flags: 0, table: orient.tableId })),
    ),
  ),
  conntrack.otherwise.goto(orient),
]

interface Side {
  readonly incoming: Way
  readonly audited: Way
  /** What matches, beside the marks. */
  readonly fields: readonly Oxm[]
  /** Whose rules: those of connections that the port begins, or others do. */
  readonly direction: 'in' | 'out'
  /** Says who is on the other side. */
  readonly actions: readonly Action[]
  readonly rank: number
}

const both = ways.flatMap((incoming) => ways.map((audited) => ({ incoming, audited })))

/** A packet of a connection: the other side is who the connection is with, also where the packet is an error on its way. */
const trackedSides = (): Side[] =>
  both.flatMap((marks) =>
    ways.flatMap((isReply) =>
      ipFamilies.map(({ family, ethType: type }) => {
        const direction = isReply === marks.incoming ? 'out' : 'in'
        const state = { value: CtState.TRACKED | (isReply * CtState.REPLY), mask: knownState }
        const bits = family === 4 ? 32 : 128
        const actions: Action[] = [
          noPeer,
          { type: 'regMove', src: subfield(peerField(family, direction)), dst: subfield('xxreg3', 0, bits) },
        ]
        return { ...marks, fields: [field('ctState', state), ethType(type)], direction, actions, rank: Rank.USUAL }
      }),
    ),
  )

const knownState = CtState.TRACKED | CtState.INVALID | CtState.REPLY

/** What is not IP has no other side that is known. */
const otherSides = (): Side[] =>
  both.map((marks) => ({
    ...{ ...marks, fields: [], direction: marks.incoming === 1 ? 'in' : 'out', actions: [noPeer], rank: Rank.END },
  }))

/** Bits of nw_frag (ovs-fields(7)): any fragment, and one that is not the first. */
const later = 2

/**
 * Rules cannot see the ports of later fragments. They wait in connection tracking until their datagram is whole: those
 * that begin a connection go on together with the first, if that may pass; without it the others are of no use.
 */
const laterFragment = field('ipFrag', { value: later, mask: later })

/** Which rules decide, and what they need to know. */
export const orientationFlows = ({ orient, peers, policyOut, policyIn, passed }: IntegrationStages) => {
  const invalid = field('ctState', {
    value: CtState.INVALID | CtState.TRACKED,
    mask: CtState.INVALID | CtState.TRACKED,
  })
  return [
    ...[...trackedSides(), ...otherSides()].map(({ incoming, audited, fields, direction, actions, rank }) => {
      const rules = direction === 'out' ? policyOut : policyIn
      const audit = [mark('auditing', 1), resubmit(rules.tableId), mark('auditing', 0)]
      const find = fields.length === 0 ? actions : [...actions, resubmit(peers.tableId)]
      const flow = orient
        .matching([marked({ incoming, audited }), ...fields], rank)
        .apply(...find, ...(audited === 1 ? audit : []))
      return direction === 'out' ? flow.goto(policyOut) : flow.goto(policyIn)
    }),
    ...ipFamilies.map((ip) => orient.matching([tracked, ethType(ip.ethType), laterFragment], Rank.FIRST).goto(passed)),
    orient.matching([marked({ enforced: 1 }), invalid], Rank.INVALID).drop('packet of no connection that could be'),
    orient.matching([marked({ enforced: 0 }), invalid], Rank.INVALID).goto(passed),
    peers.otherwise.apply(noPeer),
  ]
}

/** What no rule is about passes; while policies that only count are looked up, nothing happens. */
export const restFlows = ({ policyOut, policyIn, passed }: IntegrationStages) => [
  policyOut.matching([marked({ auditing: 1 })], Rank.END).apply(mark('auditing', 0)),
  policyIn.matching([marked({ auditing: 1 })], Rank.END).apply(mark('auditing', 0)),
  policyOut.otherwise.goto(passed),
  policyIn.otherwise.goto(passed),
]

/** What passes: connections are remembered from their first packet on. */
export const passageFlows = ({ passed, deliver }: IntegrationStages) => {
  const state = CtState.NEW | CtState.TRACKED
  const isNew = field('ctState', { value: state, mask: state })
  const remember = (incoming: Way): Action => track(incoming, { flags: CtFlags.COMMIT, table: NO_TABLE })
  return [
    ...ipFamilies.flatMap((ip) => [
      passed.matching([marked({ incoming: 0 }), isNew, ethType(ip.ethType)], Rank.USUAL).apply(remember(0), onward),
      passed
        .matching([marked({ incoming: 1 }), isNew, ethType(ip.ethType)], Rank.USUAL)
        .apply(remember(1))
        .goto(deliver),
    ]),
    passed.matching([marked({ incoming: 0 })], Rank.INVALID).apply(onward),
    passed.otherwise.goto(deliver),
  ]
}
