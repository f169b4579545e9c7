// What users want of routers: between networks, and to the outside.
import Type, { type Static } from 'typebox'
import type { Kind } from '../collection.ts'
import { AddressText, CidrText, closed, MacText, Name } from './closed.ts'

/** A way to addresses behind a neighbour; several neighbours share the connections. */
const Route = closed({ to: CidrText, via: Type.Array(AddressText, { minItems: 1, maxItems: 64 }) })

/** A router, on every host at once: what a container sends through it is routed on the container's own host. */
export const Router = closed({
  /** The profile of ports of its networks, where neither they nor their network name one. */
  qos: Type.Optional(Name),
  /** Subnets whose gateway it is, under the gateway's address. */
  subnets: Type.Array(Name, { maxItems: 1024 }),
  /** In all its networks; the controller makes one where it is left out. */
  mac: Type.Optional(MacText),
  routes: Type.Optional(Type.Array(Route, { maxItems: 4096 })),
  /** An external network, with addresses of the router's own there. Without routes, its subnets' gateways lead to all else. */
  external: Type.Optional(
    closed({
      network: Name,
      addresses: Type.Array(AddressText, { minItems: 1, maxItems: 16 }),
      /** Hosts that it may leave by, the preferred first; all that have the network unless given. */
      hosts: Type.Optional(Type.Array(Name, { minItems: 1, maxItems: 64 })),
    }),
  ),
  /** `limit`: connections that it translates at a time, at most, on each host where it does; as many as fit unless given. */
  conntrack: Type.Optional(closed({ limit: Type.Integer({ minimum: 1, maximum: 0xffff_ffff }) })),
})
export type Router = Static<typeof Router>
export const routers: Kind<'router', typeof Router> = { name: 'router', schema: Router }

const PortNumber = Type.Integer({ minimum: 1, maximum: 65535 })
/** `80`, or `20000-29999`. */
export const PortRange = Type.Union([
  PortNumber,
  Type.String({ pattern: '^[0-9]{1,5}-[0-9]{1,5}$', description: 'a range of ports such as 8000-8999' }),
])
export type PortRange = Static<typeof PortRange>

/** Addresses translated where packets pass a router to or from its external network: exactly one of the three. */
export const Nat = closed({
  router: Name,
  /** Those inside appear outside under one address (source NAT). */
  source: Type.Optional(closed({ from: CidrText, to: AddressText, ports: Type.Optional(PortRange) })),
  /** A port of an external address leads inside (destination NAT). */
  forward: Type.Optional(
    closed({
      protocol: Type.Enum(['tcp', 'udp', 'sctp']),
      address: AddressText,
      port: PortNumber,
      to: AddressText,
      /** The same unless given. */
      toPort: Type.Optional(PortNumber),
    }),
  ),
  /** An external address stands for one inside, both ways (1:1 NAT). */
  floating: Type.Optional(closed({ address: AddressText, to: AddressText })),
})
export type Nat = Static<typeof Nat>
export const nats: Kind<'nat', typeof Nat> = { name: 'nat', schema: Nat }
