import type { NamedUuidJson, Operation, UuidJson } from '../../ovsdb/index.ts'
import type { Found, Inventory } from '../inventory.ts'
import type { HostSettings } from '../settings.ts'

/** Something that is not as it should be, and what makes it so. */
export interface Repair {
  readonly operations: readonly Operation[]
  /** What is done, for people to read. */
  readonly told: string
}

/** What is wanted of one zone of connection tracking. */
export interface ZoneLimit {
  readonly router: string
  /** Connections at a time. */
  readonly limit: number
}

/** How many connections are tracked. */
export interface Bounds {
  /** By the number of the zone. */
  readonly limits: ReadonlyMap<number, ZoneLimit>
  /** Whether the host's database has a place for them. */
  readonly canLimit: boolean
}

/** What repairs are worked out from. */
export interface Scene {
  readonly inventory: Inventory
  readonly settings: HostSettings
  /** 16 hexadecimal digits. */
  readonly dpid: string
  /** The integration bridge, where it exists. */
  readonly bridge: Found | undefined
  /** The integration bridge, also one that the same transaction makes. */
  readonly bridgeRef: UuidJson | NamedUuidJson
  /** `netdev` is the userspace data path, empty or `system` the kernel's. */
  readonly datapathType: string
  readonly bounds: Bounds
}
