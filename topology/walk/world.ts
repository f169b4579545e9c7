/** A host, as the API shows it. */
export interface WalkHost {
  readonly id: string
  readonly dpid: string
  /** Where others send what they tunnel. */
  readonly address: string
  /** OpenFlow numbers of its tunnel ports by type. */
  readonly tunnels: Readonly<Record<string, number>>
  /** OpenFlow numbers of its ports to physical networks by their names. */
  readonly physical: Readonly<Record<string, number>>
}

/** A container's port. */
export interface WalkPort {
  readonly id: string
  readonly network: string
  readonly mac: string
  readonly addresses: readonly string[]
  /** Undefined while it is plugged in nowhere. */
  readonly host: string | undefined
  /** OpenFlow number there. */
  readonly ofport: number | undefined
}

/** Who made a flow; empty texts where somebody else than an app did. */
export interface Maker {
  readonly app: string
  readonly rule: string
  readonly object: string
}

/** A flow as a switch holds it. */
export interface HeldFlow extends Maker {
  readonly table: number
  /** As `ovs-ofctl -O OpenFlow13 add-flow` takes it. */
  readonly text: string
  /** The name of the drop, where it is one. */
  readonly drop?: string
  /** That it has taken. */
  readonly packets: number
}

export interface HeldPort {
  readonly number: number
  readonly name: string
  readonly up: boolean
  /** Packets sent out of it. */
  readonly sent: number
}

/** All that decides what a host's switch does with a packet. */
export interface Holdings {
  readonly flows: readonly HeldFlow[]
  /** In the syntax of ovs-ofctl. */
  readonly groups: readonly string[]
  readonly meters: readonly string[]
  readonly ports: readonly HeldPort[]
}

/** What of a host cannot be known. */
export class UnreadableError extends Error {
  override readonly name = 'UnreadableError'
}

/** Hosts, ports, and what each host's switch holds: read when a packet comes there. */
export interface World {
  readonly hosts: readonly WalkHost[]
  readonly ports: readonly WalkPort[]
  /** @throws UnreadableError saying why the host's flows cannot be read */
  read(host: string): Promise<Holdings>
  /** Bytes of the largest IP packet that a tunnel takes; unknown unless given. */
  room?(from: WalkHost, to: WalkHost, type: string): number | undefined
  /** Who a container hands packets for an address to: the address itself, or a gateway; undefined where nobody. */
  nextHop(from: WalkPort, address: string): string | undefined
}
