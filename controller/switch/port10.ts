import { of10, PortState } from '../openflow/index.ts'
import type { Port } from './info.ts'

/** Reserved numbers of OpenFlow 1.3 are those of 1.0 with 16 more one bits. */
const reservedBits = 0xffff_0000
/** The first seven features, speeds, have the same bits; the five others stand four bits further on. */
const speeds = 0x7f
const mediaShift = 4
/** kbit/s of the speeds, fastest first. */
const kbits = [
  [0x40, 10_000_000],
  [0x30, 1_000_000],
  [0x0c, 100_000],
  [0x03, 10_000],
] as const

const features = (bits: number): number => (bits & speeds) | ((bits & ~speeds) << mediaShift)

const speedOf = (bits: number): number => kbits.find(([mask]) => (bits & mask) !== 0)?.[1] ?? 0

/** A port number of OpenFlow 1.0 as apps know it: 32 bits, so that `LOCAL` is the same for all switches. */
export const portNumber = (port: number): number => (port < of10.Port10.MAX ? port : (port | reservedBits) >>> 0)

/** A port of a switch of OpenFlow 1.0, as one of 1.3 would describe it. */
export const portOf10 = ({ portNo, hwAddr, name, config, state, ...port }: of10.PhyPort): Port => ({
  ...{ portNo: portNumber(portNo), hwAddr, name, config, state: state & PortState.LINK_DOWN },
  curr: features(port.curr),
  advertised: features(port.advertised),
  supported: features(port.supported),
  peer: features(port.peer),
  currSpeed: speedOf(port.curr),
  maxSpeed: speedOf(port.supported),
})
