import type { Entry } from '../tables/entry.ts'
import type { Key } from './layout.ts'
import type { Passage } from './passage.ts'

/** Where a tunnel port is to send a frame: what the flows set, zero where they did not. */
export interface Tunnel {
  readonly id: bigint
  readonly src: number
  readonly dst: number
  readonly ipv6Src: bigint
  readonly ipv6Dst: bigint
  /** Geneve options by the n of tun_metadata n. */
  readonly options: ReadonlyMap<number, bigint>
}

/** A frame that leaves the switch. */
export interface Output {
  readonly port: number
  readonly frame: Uint8Array
  /** For tunnel ports. */
  readonly tunnel?: Tunnel
  /** As set_queue said. */
  readonly queueId?: number
}

/** A packet for the controllers. */
export interface Punt {
  readonly frame: Uint8Array
  /** The packet's fields, as they were. */
  readonly key: Key
  readonly reason: number
  readonly tableId: number
  readonly cookie: bigint
  readonly maxLen: number
  readonly controllerId: number
  readonly userdata?: Uint8Array
  /** The packet's way through the switch, which stops until a controller resumes it. */
  readonly paused?: Passage
}

/** One table that a packet went through. */
export interface TraceStep {
  readonly table: number
  /** The flow in ovs-ofctl's syntax, or `no match`. */
  readonly flow: string
  /** The flow itself. */
  readonly entry: Entry | undefined
  /** How deep in resubmits and the like, from 0. */
  readonly depth: number
  /** What was done, in order, with a reason where it had no effect. */
  readonly actions: string[]
}

/** What became of a packet. */
export interface Report {
  readonly outputs: Output[]
  readonly punts: Punt[]
  readonly trace: TraceStep[] | undefined
}

export const newReport = (traced = false): Report => ({ outputs: [], punts: [], trace: traced ? [] : undefined })
