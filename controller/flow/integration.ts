import type { Action } from '../openflow/index.ts'
import { allotRegisters } from './registers.ts'
import type { Stages } from './stage.ts'

/**
 * The pipeline of integration bridges, into which containers plug: all apps of such bridges share
 * its stages and registers. A packet from a container passes them from the first; one from another
 * host enters at `switch`.
 */
export const integration = {
  stages: [
    /** Which network a packet is in, by the port or tunnel that it comes from. */
    'classify',
    /** Whether a container sends under its own addresses. */
    'guard',
    /** Bandwidth of what a container sends. */
    'meterOut',
    /** ARP, neighbour discovery, DHCP and echoes of gateways, answered here. */
    'respond',
    /** The second step of answers that take two: some fields can be set only where they are known to be there. */
    'answer',
    /** What ports send that policies concern goes through the firewall, and goes on with the next stage. */
    'track',
    /** Addresses that stand for others are translated back, load is balanced. */
    'unnat',
    /** Where a packet goes on to: which network, which neighbour. */
    'route',
    /** One of the neighbours that share a route. */
    'nextHop',
    /** Source addresses are translated on the way out. */
    'snat',
    /** Ethernet addresses of the next hop. */
    'neighbour',
    /** To a port of this host, to another host, or to many of both. */
    'switch',
    /** Copies for some of the ports of a network, as many times as there are such shards. */
    'flood',
    /** What ports receive that policies concern goes through the firewall. */
    'trackIn',
    /** The firewall begins, for both ways: connection tracking in the zone of the port. */
    'conntrack',
    /** Which side began the connection that a packet belongs to, and who is on the other one. */
    'orient',
    /** Groups that an address is in; looked up, and left again. */
    'peers',
    /** Rules for connections that a port begins. */
    'policyOut',
    /** Rules for connections that others begin with it. */
    'policyIn',
    /** The firewall ends: what may pass is remembered, and goes on its way. */
    'passed',
    /** Out of the port that was found. */
    'deliver',
  ],
  registers: allotRegisters({
    /** VNI of the packet's network. */
    network: ['reg0', 0, 23],
    /** 1 where the packet came from another host: it goes to no other any more. */
    fromTunnel: ['reg0', 31, 31],
    /** OpenFlow number of the port that the packet came from. */
    inPort: ['reg1', 0, 15],
    /** 1 where that port may send under its own addresses only. */
    guarded: ['reg1', 16, 16],
    /** 1 where the packet is longer than the network takes that it is routed into. */
    tooLong: ['reg1', 17, 17],
    /** 1 where the first of two meters has let the packet through. */
    metered: ['reg1', 18, 18],
    /** OpenFlow number of the port that the packet goes to. */
    outPort: ['reg2', 0, 15],
    /** 1 where the first of two meters of that port has let the packet through. */
    meteredIn: ['reg2', 16, 16],
    /** Number of the shard of ports that a copy is for. */
    shard: ['reg3', 0, 15],
    /** Which of the neighbours that share a route. */
    choice: ['reg3', 16, 31],
    /** Address of the neighbour that a routed packet goes to; an IPv4 address in the lowest 32 bits, which are reg7. */
    nextHop: ['xxreg1', 0, 127],
    /** Groups of the port that policies are looked up for, a bit each. */
    ownGroups: ['xxreg2', 0, 127],
    /** The address on the other side, then its groups, a bit each. */
    peerGroups: ['xxreg3', 0, 127],
    /** The lowest VNI of the networks that routers join: addresses are unique within. */
    domain: ['metadata', 0, 23],
    /** The tenant whose groups the bits of the port stand for. */
    tenant: ['metadata', 24, 39],
    /** The same of the other side. */
    peerTenant: ['metadata', 40, 55],
    /** 1 where the firewall looks at what a port receives. */
    incoming: ['metadata', 56, 56],
    /** 1 where policies concern the port that are in force. */
    enforced: ['metadata', 57, 57],
    /** 1 where policies concern it that only count. */
    audited: ['metadata', 58, 58],
    /** 1 while those are looked up. */
    auditing: ['metadata', 59, 59],
  }),
} as const

/** What rules of apps on integration bridges make flows in. */
export type IntegrationStages = Stages<typeof integration.stages>

/** Table of a stage, for actions that name it by number. */
export const integrationTable = (stage: (typeof integration.stages)[number]): number =>
  integration.stages.indexOf(stage)

/** `reg0` of a packet that came from another host. */
export const fromTunnel = (vni: number): number => (vni | 0x8000_0000) >>> 0

/** Mask of `reg0` that leaves out where the packet came from. */
export const networkMask = 0x00ff_ffff

/** The match of packets in a network, wherever they came from. */
export const inNetwork = (vni: number) => ({ reg0: { value: vni, mask: networkMask } }) as const

/** `reg1` of a packet from a port. */
export const fromPort = (ofport: number, guarded: boolean): number => ofport | (guarded ? guardedBit : 0)

/** Mask of `reg1` that leaves out all but the port. */
export const portMask = 0xffff

/** The bit of `reg1` that marks packets of ports that may send under their own addresses only. */
export const guardedBit = 0x1_0000

/** The bits of `reg1` and `reg2` that mark packets that have passed the first of two meters. */
export const meteredBit = 0x4_0000
export const meteredInBit = 0x1_0000

/** Bytes of Ethernet's own header, which a switch counts in the length of a packet. */
const ethernetHeader = 14
/** Bytes: what a length of 16 bits can say. */
const longestFrame = 0xffff

/** Notes in `tooLong` whether a packet is longer than a network with this MTU (bytes) takes. */
export const measuresAgainst = (mtu: number): Action => ({
  type: 'checkPktLarger',
  pktLen: Math.min(mtu + ethernetHeader, longestFrame),
  dst: integration.registers.tooLong,
})

const tooLongBit = 2 ** integration.registers.tooLong.offset

/** The match of packets that were measured, and are too long. */
export const tooLong = { reg1: { value: tooLongBit, mask: tooLongBit } } as const
