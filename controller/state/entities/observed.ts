// What hosts report. Kept so that a controller that starts again begins with what it knew.
import Type, { type Static } from 'typebox'
import type { Kind } from '../collection.ts'
import { AddressText, closed, Encapsulation, Name } from './closed.ts'

/** OpenFlow 1.3.5 §7.2.1: ports up to OFPP_MAX are physical or logical ones. */
const PortNumber = Type.Integer({ minimum: 1, maximum: 0xffff_ff00 })

/** A chassis: a machine with an integration bridge. Its id is the `system-id` of its Open vSwitch. */
const Host = closed({
  /** Datapath id of the integration bridge: 16 hexadecimal digits, lower case. */
  dpid: Type.String({ pattern: '^[0-9a-f]{16}$' }),
  /** What people call it. */
  name: Type.Optional(Type.String({ minLength: 1, maxLength: 253 })),
  /** Where others send what they tunnel, and how; the preferred way first. */
  encap: closed({ address: AddressText, types: Type.Array(Encapsulation) }),
  /** OpenFlow port numbers of its tunnel ports. */
  tunnels: Type.Partial(Type.Object({ geneve: PortNumber, vxlan: PortNumber, gre: PortNumber, stt: PortNumber }), {
    additionalProperties: false,
  }),
  /** Physical networks that it is in: OpenFlow numbers of the ports that lead there. */
  physical: Type.Optional(Type.Record(Name, PortNumber)),
  /** Bytes of the largest IP packet that the physical network takes from it. */
  underlayMtu: Type.Optional(Type.Integer({ minimum: 576, maximum: 65535 })),
  /** Open vSwitch, such as `3.1.0`. */
  version: Type.Optional(Type.String({ maxLength: 128 })),
})
export type Host = Static<typeof Host>
export const hosts: Kind<'host', typeof Host> = { name: 'host', schema: Host }

/** The interface that carries a port. Its id is the port's. */
const Binding = closed({
  host: Name,
  interface: Type.String({ minLength: 1, maxLength: 255 }),
  ofport: PortNumber,
})
export type Binding = Static<typeof Binding>
export const bindings: Kind<'binding', typeof Binding> = { name: 'binding', schema: Binding }
