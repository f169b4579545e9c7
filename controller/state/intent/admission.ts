import type { Assignment } from '../entities/assigned.ts'
import type { Entities, EntityKind, GivenKind } from './kinds.ts'

/** What an app may read of a change of intent before it is done, and what it may add to it. */
export interface AdmissionDraft {
  /** Milliseconds since 1970. */
  readonly now: number
  /** Networks without a number. */
  readonly networks: readonly string[]
  /** Ports that the change touches: those that users put, and those whose network's subnets have changed. */
  readonly ports: readonly string[]
  /** The state as it will be if the change is done. */
  get<K extends EntityKind>(kind: K, id: string): Entities[K] | undefined
  /** Subnets or ports of a network. */
  of(kind: 'subnet' | 'port', network: string): Iterable<string>
  /** What a port, network, router or group had before the change; at a rollback, in the state that is to come back. */
  former<K extends GivenKind>(kind: K, id: string): Entities[K] | undefined
  /** Whether a port may be given an address: nobody has it, and nobody has had it just now. */
  isFree(network: string, address: string): boolean
  /** Addresses that nobody has any more, as ids of leases, the oldest first. */
  expired(): Iterable<string>
  /** Gives a port its MAC and all its addresses. They are taken at once, and what it had besides is given back. */
  assign(port: string, assignment: Assignment): void
  /** Gives a network its number. */
  number(network: string, vni: number): void
  /** Refuses the change. `path` is the field that is to be mended. */
  refuse(kind: EntityKind, id: string, path: string, message: string): void
}

/** An app's part in changes of what users want: it sees each before it is done, and may add to it or refuse it. */
export interface Admission {
  /** Milliseconds for which an address that a port has given up is given to nobody else. */
  readonly quarantine?: number
  /**
   * Told of every entity: first of all that there are, then of each that comes, changes, or goes. Also of
   * those of drafts, and of their withdrawal: so an index that it keeps is that of the draft it is shown.
   */
  follow?<K extends EntityKind>(kind: K, id: string, value: Entities[K] | undefined): void
  /** Nothing but the draft may be changed. What it throws refuses the change, and is reported as the app's failure. */
  admit(draft: AdmissionDraft): void
}

/** An app's admission, by the app's name. */
export interface NamedAdmission {
  readonly app: string
  readonly admission: Admission
}
