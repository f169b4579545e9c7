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
  /** Connections that began with a translation, the newest first; none are known unless given. */
  readonly translated?: (limit: number, router: string | undefined) => readonly TranslatedConnection[]
  /** Takes back all that a host has reported; false where it is connected. No host is known unless given. */
  readonly forgetHost?: (id: string) => boolean
  /** What is amiss with a host; nothing is known unless given. */
  readonly hostProblems?: (id: string) => readonly HostProblem[]
  /** Who was refused as a host lately, and why; nobody unless given. */
  readonly refusedHosts?: () => readonly { readonly address: string; readonly reason: string }[]
  /** Of heddle. */
  readonly version: string
  /** Whether callers have shown a token, and so may have any file loaded that this process can read. */
  readonly trusted: boolean
}

/** A connection that was translated when it began. */
export interface TranslatedConnection {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly router: string
  readonly host: string
  readonly protocol: string
  readonly before: { readonly from: string; readonly to: string }
  readonly after: { readonly from: string; readonly to: string }
}

/** Something that is amiss with a host, and the command there that mends it. */
export interface HostProblem {
  readonly finding: string
  readonly mend?: string
}

/** What is known of a tunnel by trying it. */
export interface TunnelHealth {
  readonly state: 'up' | 'down'
  /** Milliseconds there and back. */
  readonly roundTrip: number | undefined
}
