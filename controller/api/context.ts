import type { AppHost, Engine } from '../engine/index.ts'
import type { Intents } from '../state/index.ts'

/** What requests are answered from. */
export interface ApiContext {
  readonly engine: Engine
  readonly host: AppHost
  /** What users want. */
  readonly intents: Intents
  /** Resolves when the engine's model holds the state of a revision; it does at once unless given. */
  readonly reached?: (revision: number) => Promise<void>
  /** Whether the host of a port has confirmed what the port needs; nobody knows unless given. */
  readonly isInstalled?: (port: string) => boolean
  /** How a tunnel between two hosts does, by their ids; nobody knows unless given. */
  readonly tunnelHealth?: (from: string, to: string, encapsulation: string) => TunnelHealth | undefined
  /** Takes back all that a host has reported; false where it is connected. No host is known unless given. */
  readonly forgetHost?: (id: string) => boolean
  /** Of heddle. */
  readonly version: string
  /** Whether callers have shown a token, and so may have any file loaded that this process can read. */
  readonly trusted: boolean
}

/** What is known of a tunnel by trying it. */
export interface TunnelHealth {
  readonly state: 'up' | 'down'
  /** Milliseconds there and back. */
  readonly roundTrip: number | undefined
}
