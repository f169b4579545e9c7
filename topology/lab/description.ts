import type { Section, sections } from './sections.ts'

/** What stands between a host and the underlay, each way. */
export interface LinkFaults {
  /** As tc-netem(8) takes it, such as `5ms`. */
  readonly delay?: string
  /** As tc-netem(8) takes it, such as `0.5%`. */
  readonly loss?: string
}

/** One Ethernet of the underlay. */
export interface UnderlaySubnet {
  readonly name: string
  readonly cidr: string
  /** Bytes of an IP packet. */
  readonly mtu: number
  /** The router's address there: the first. */
  readonly router: string
}

export interface LabHost {
  readonly name: string
  /** The preferred first; empty leaves it to the controller. */
  readonly encapsulation: readonly string[]
  /** Name of its subnet of the underlay. */
  readonly subnet: string
  readonly address: string
  /** Of its underlay card. */
  readonly mac: string
  readonly faults: LinkFaults
}

export interface LabContainer {
  readonly name: string
  readonly host: string
  /** Ids of its ports; the first is eth0. */
  readonly ports: readonly string[]
}

/** A physical network outside: one Ethernet, in which some hosts have a card. */
export interface LabExternal {
  readonly name: string
  readonly hosts: readonly string[]
  /** Bytes of an IP packet. */
  readonly mtu: number
}

/** A plain Linux machine in a physical network. */
export interface LabOutside {
  readonly name: string
  readonly external: string
  /** With the lengths of their prefixes. */
  readonly addresses: readonly string[]
  /** Addresses to which it is the way, without prefix lengths. */
  readonly behind: readonly string[]
}

/** Something that the controller is asked to have: what `POST /v1/apply` takes. */
export interface Resource {
  readonly kind: (typeof sections)[Section]
  readonly id: string
  readonly spec: Readonly<Record<string, unknown>>
}

/** A lab, with all that its file leaves out. */
export interface Description {
  readonly underlay: readonly UnderlaySubnet[]
  readonly hosts: readonly LabHost[]
  readonly externals: readonly LabExternal[]
  readonly outside: readonly LabOutside[]
  readonly resources: readonly Resource[]
  readonly containers: readonly LabContainer[]
}

/** A container's card, and the name of its other end on the host's bridge. */
export interface Card {
  readonly port: string
  /** In the container. */
  readonly name: string
  /** On the host; names of containers have no underscore. */
  readonly peer: string
}

export const cardsOf = ({ name, ports }: LabContainer): Card[] =>
  ports.map((port, index) => ({ port, name: `eth${index}`, peer: index === 0 ? name : `${name}_${index}` }))

/** All hosts' containers, by host. */
export const containersOn = ({ containers }: Description, host: string): LabContainer[] =>
  containers.filter((container) => container.host === host)

/** The subnet of the underlay that a host stands in. */
export const subnetOf = ({ underlay }: Description, host: LabHost): UnderlaySubnet => {
  const found = underlay.find(({ name }) => name === host.subnet)
  if (!found) throw new Error(`host ${host.name} stands in no subnet`)
  return found
}
