import Type, { type Static, type TProperties } from 'typebox'

const closed = <P extends TProperties>(properties: P) => Type.Object(properties, { additionalProperties: false })
const named = <P extends TProperties>(properties: P) => Type.Record(Type.String(), closed(properties))

/** What a host's tunnels may carry; the controller says whether Open vSwitch really does. */
const Encapsulation = Type.Enum(['geneve', 'vxlan', 'gre', 'stt'])

/** Networks, subnets, ports and so on by id, as `heddle apply` takes them: the controller judges them. */
const Resources = Type.Record(Type.String(), Type.Record(Type.String(), Type.Unknown()))

/** The description of a lab. Every thing has its name as key; names of hosts, containers and underlay subnets differ. */
export const LabFile = closed({
  /** What carries the tunnels: each subnet is one Ethernet, and a router joins them. */
  underlay: named({
    cidr: Type.String(),
    /** Bytes of an IP packet; 1500 unless given. */
    mtu: Type.Optional(Type.Integer({ minimum: 1280, maximum: 9216 })),
  }),
  hosts: named({
    /** How its tunnels travel, the preferred first; what the controller chooses unless given. */
    encapsulation: Type.Optional(Type.Array(Encapsulation, { minItems: 1 })),
    /** A subnet of the underlay; the only one unless given. */
    subnet: Type.Optional(Type.String()),
    /** In that subnet; the next that is free unless given. */
    address: Type.Optional(Type.String()),
    /** Of its link to the underlay, each way, such as `5ms`. */
    delay: Type.Optional(Type.String()),
    /** Of its link to the underlay, each way, such as `0.5%`. */
    loss: Type.Optional(Type.String()),
  }),
  /** Physical networks outside, by the names that networks call them by with `external`. */
  externals: Type.Optional(
    named({
      /** Hosts that have a card there; all unless given. */
      hosts: Type.Optional(Type.Array(Type.String(), { minItems: 1 })),
      /** Bytes of an IP packet; 1500 unless given. */
      mtu: Type.Optional(Type.Integer({ minimum: 1280, maximum: 9216 })),
    }),
  ),
  /** Plain Linux machines in those, that know of no controller. */
  outside: Type.Optional(
    named({
      /** The physical network that it is in; the only one unless given. */
      external: Type.Optional(Type.String()),
      /** With the lengths of their prefixes. */
      addresses: Type.Array(Type.String(), { minItems: 1 }),
      /** Addresses that lie behind it: it is the way there. */
      behind: Type.Optional(Type.Array(Type.String(), { minItems: 1 })),
    }),
  ),
  networks: Type.Optional(Resources),
  subnets: Type.Optional(Resources),
  ports: Type.Optional(Resources),
  routers: Type.Optional(Resources),
  nat: Type.Optional(Resources),
  groups: Type.Optional(Resources),
  policies: Type.Optional(Resources),
  qos: Type.Optional(Resources),
  containers: Type.Optional(
    named({
      host: Type.String(),
      /** Ids of its ports: its cards eth0, eth1, …; the one with its own name unless given. */
      ports: Type.Optional(Type.Array(Type.String(), { minItems: 1 })),
    }),
  ),
})
export type LabFile = Static<typeof LabFile>
