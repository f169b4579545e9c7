import type { Encapsulation } from '../state/index.ts'

/** What a host says of itself, and what it was given. */
export interface HostFact {
  /** `external_ids:system-id` */
  readonly id: string
  /** Of its integration bridge. */
  readonly dpid: bigint
  /** `external_ids:hostname`, else its id. */
  readonly name: string
  /** IPv4 or IPv6, where others send what they tunnel: `heddle-encap-ip`, else the address that it connects from. */
  readonly encapAddress: string
  /** What its tunnel ports carry, the preferred first. */
  readonly types: readonly Encapsulation[]
  /** OpenFlow port numbers of its tunnel ports; of those in `types` only. */
  readonly tunnels: Readonly<Partial<Record<Encapsulation, number>>>
  /** Types that were asked for and are not carried, each with the reason, for people to read. */
  readonly refused: Readonly<Record<string, string>>
  /** OpenFlow port numbers of the ways to physical networks, by the names that `heddle-bridge-mappings` gives these. */
  readonly physical: Readonly<Record<string, number>>
  /** `heddle-underlay-mtu`: bytes of the largest IP packet that the physical network takes. */
  readonly underlayMtu?: number
  /** Of Open vSwitch, such as `3.1.0`. */
  readonly version?: string
  /** Kinds of interfaces that its Open vSwitch knows. */
  readonly interfaceTypes: readonly string[]
}

/** The interface that carries a port. */
export interface BindingFact {
  /** The id of the host. */
  readonly host: string
  /** Name of the interface, unique on its host. */
  readonly interface: string
  /** OpenFlow port number on the integration bridge. */
  readonly ofport: number
  /** `external_ids:attached-mac`, lower case; the state may say otherwise. */
  readonly attachedMac?: string
}

/**
 * Who is told what hosts report, as soon as they do. None of these may throw. A host whose
 * connection ends takes nothing back: what runs there goes on running.
 */
export interface Observer {
  /** A host became known, or something of it changed. */
  readonly host: (fact: HostFact) => void
  /** A host was forgotten; its bindings were taken back before. */
  readonly hostGone: (id: string) => void
  /** A port is bound, or bound in another place than before. */
  readonly binding: (portId: string, binding: BindingFact) => void
  /** A port is bound nowhere any more; `host` is where it was. */
  readonly unbound: (portId: string, host: string) => void
}
