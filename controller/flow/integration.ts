import { allotRegisters } from './registers.ts'

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
    /** Connection tracking in the zone of the source. */
    'track',
    /** What a container may send. */
    'policyOut',
    /** Addresses that stand for others are translated back, load is balanced. */
    'unnat',
    'route',
    /** Source addresses are translated on the way out. */
    'snat',
    /** Ethernet addresses of the next hop. */
    'neighbour',
    /** To a port of this host, to another host, or to many of both. */
    'switch',
    /** Connection tracking in the zone of the destination. */
    'trackIn',
    /** What a container may receive. */
    'policyIn',
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
    /** OpenFlow number of the port that the packet goes to. */
    outPort: ['reg2', 0, 15],
  }),
} as const

/** `reg0` of a packet that came from another host. */
export const fromTunnel = (vni: number): number => (vni | 0x8000_0000) >>> 0

/** Mask of `reg0` that leaves out where the packet came from. */
export const networkMask = 0x00ff_ffff
