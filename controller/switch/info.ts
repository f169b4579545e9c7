import type { PortDesc } from '../openflow/index.ts'

/** A port as the switch describes it. */
export type Port = PortDesc

/** What a switch can do beyond plain OpenFlow 1.3, found out by asking. */
export interface Capabilities {
  /** ONF bundles (extension 230): changes that are applied all or none. */
  readonly bundles: boolean
  /** Open vSwitch's actions and fields. */
  readonly nicira: boolean
  /** How many meters it has; 0 for none. */
  readonly meters: number
  /** How many groups it has, of the type of which it has the most; 0 for none. */
  readonly groups: number
}

/** Who a switch is and what it has. */
export interface SwitchInfo {
  readonly dpid: bigint
  readonly tables: number
  readonly buffers: number
  readonly manufacturer: string
  readonly hardware: string
  readonly software: string
  readonly capabilities: Capabilities
  /** Where it connects from. */
  readonly address: string
}

/** A datapath id as 16 hexadecimal digits, as Open vSwitch shows it. */
export const formatDpid = (dpid: bigint): string => dpid.toString(16).padStart(16, '0')

/** @throws RangeError unless the text is a datapath id: up to 16 hexadecimal digits, colons allowed */
export const parseDpid = (text: string): bigint => {
  const digits = text.replace(/^0x/, '').replaceAll(':', '')
  if (!/^[0-9a-f]{1,16}$/i.test(digits)) throw new RangeError(`${text} is no datapath id: 16 hexadecimal digits are`)
  return BigInt(`0x${digits}`)
}
