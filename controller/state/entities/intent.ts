// What users want of the network.
import Type, { type Static } from 'typebox'
import type { Kind } from '../collection.ts'
import { AddressText, CidrText, closed, Encapsulation, MacText, Name } from './closed.ts'

/** A logical switch: ports of one network reach each other at layer 2, wherever their hosts are. */
export const Network = closed({
  /** Its number in tunnels; the controller chooses one where it is left out. */
  vni: Type.Optional(Type.Integer({ minimum: 1, maximum: 0xff_fffe })),
  /** Between all its hosts; without it, the first that two hosts have in common. */
  encapsulation: Type.Optional(Encapsulation),
  /** Bytes of an IP packet; without it, what fits through the tunnels. */
  mtu: Type.Optional(Type.Integer({ minimum: 576, maximum: 65535 })),
  /** A physical network that it is, by the name that hosts' `heddle-bridge-mappings` give it. */
  external: Type.Optional(Name),
  /** IEEE 802.1Q: its VLAN in that physical network; untagged unless given. */
  vlan: Type.Optional(Type.Integer({ minimum: 1, maximum: 4094 })),
  /** The profile of its ports that name none. */
  qos: Type.Optional(Name),
})
export type Network = Static<typeof Network>
export const networks: Kind<'network', typeof Network> = { name: 'network', schema: Network }

/** Addresses of a network. */
export const Subnet = closed({
  network: Name,
  cidr: CidrText,
  /** The first address unless given; null for none. */
  gateway: Type.Optional(Type.Union([AddressText, Type.Null()])),
  /** Addresses and ranges (`10.0.0.1-10.0.0.9`) that ports are not given by themselves. */
  exclude: Type.Optional(Type.Array(Type.String({ pattern: '^[0-9a-fA-F.:]{2,45}(-[0-9a-fA-F.:]{2,45})?$' }))),
  dns: Type.Optional(Type.Array(AddressText)),
})
export type Subnet = Static<typeof Subnet>
export const subnets: Kind<'subnet', typeof Subnet> = { name: 'subnet', schema: Subnet }

/** Where a container or machine is plugged in. Its id is the `iface-id` that its interface carries. */
export const Port = closed({
  network: Name,
  /** The controller makes one where it is left out. */
  mac: Type.Optional(MacText),
  /** Fixed addresses; without them, one of each family that the network has a subnet of. */
  addresses: Type.Optional(Type.Array(AddressText, { maxItems: 64 })),
  /** Addresses that it may use besides its own, as routers and virtual addresses do. */
  allowedPairs: Type.Optional(Type.Array(closed({ mac: Type.Optional(MacText), cidr: CidrText }), { maxItems: 64 })),
  /** Whether what it sends under the addresses of others is dropped: true unless given. */
  guard: Type.Optional(Type.Boolean()),
  /** Groups of the firewall that it is in. */
  groups: Type.Optional(Type.Array(Name, { maxItems: 128, uniqueItems: true })),
  /** Its profile for bandwidth; its network's unless given. */
  qos: Type.Optional(Name),
})
export type Port = Static<typeof Port>
export const ports: Kind<'port', typeof Port> = { name: 'port', schema: Port }
