import { messageKind } from '../messages/kind.ts'
import { formatMac } from '../wire/address.ts'
import { type Infer, pad, struct } from '../wire/codec.ts'
import { enumOf, flagNames, flagsOf, type Names } from '../wire/names.ts'
import { mac, text, u8, u16, u32 } from '../wire/primitives.ts'
import { formatPort10 } from './ports.ts'

/** What the controller asks of a port (OpenFlow 1.0 §5.2.1). */
export const PortConfig10 = {
  PORT_DOWN: 1,
  NO_STP: 2,
  NO_RECV: 4,
  NO_RECV_STP: 8,
  NO_FLOOD: 0x10,
  NO_FWD: 0x20,
  NO_PACKET_IN: 0x40,
} as const

/** The state of a port; bits 8 and 9 are the spanning tree's (OpenFlow 1.0 §5.2.1). */
export const PortState10 = { LINK_DOWN: 1, STP_LEARN: 0x100, STP_FORWARD: 0x200, STP_BLOCK: 0x300 } as const

/** OpenFlow 1.0 §5.2.1; the names are ovs-ofctl's. */
export const PortFeatures10 = {
  '10MB-HD': 1,
  '10MB-FD': 2,
  '100MB-HD': 4,
  '100MB-FD': 8,
  '1GB-HD': 0x10,
  '1GB-FD': 0x20,
  '10GB-FD': 0x40,
  COPPER: 0x80,
  FIBER: 0x100,
  AUTO_NEG: 0x200,
  AUTO_PAUSE: 0x400,
  AUTO_PAUSE_ASYM: 0x800,
} as const

const features = flagsOf(u32, PortFeatures10)
const linkDown = { LINK_DOWN: PortState10.LINK_DOWN } as const

/** struct ofp_phy_port (OpenFlow 1.0 §5.2.1). */
export const phyPort = struct({
  portNo: u16,
  hwAddr: mac,
  name: text(16),
  config: flagsOf(u32, PortConfig10),
  state: u32,
  curr: features,
  advertised: features,
  supported: features,
  peer: features,
})

/** A port of a switch: its number, address, name, settings, state and abilities (OpenFlow 1.0 §5.2.1). */
export type PhyPort = Infer<typeof phyPort>

const bitNames = (names: Names, bits: number): string => flagNames(names, bits).join(' ') || '0'

const stpNames = ['', 'STP_LEARN', 'STP_FORWARD', 'STP_BLOCK']

/** ovs-ofctl puts nothing between the spanning tree's state and the rest. */
const stateText = (state: number): string => {
  const stp = stpNames[(state >>> 8) & 3] as string
  const others = (state & ~PortState10.STP_BLOCK) >>> 0
  return stp !== '' && others === 0 ? stp : stp + bitNames(linkDown, others)
}

/** Mbit/s of the fastest link among features. */
const speedOf = (bits: number): number => {
  if ((bits & 0x40) !== 0) return 10_000
  if ((bits & 0x30) !== 0) return 1000
  if ((bits & 0x0c) !== 0) return 100
  return (bits & 0x03) !== 0 ? 10 : 0
}

/** A name up to its first character that is not printable ASCII, at most 15 characters. */
const shownName = (name: string): string => (/^[ -~]{0,15}/.exec(name) as RegExpExecArray)[0]

const featuresLine = (label: string, bits: number): string =>
  bits === 0 ? '' : `\n     ${label.padEnd(12)}${bitNames(PortFeatures10, bits)}`

/** A port as ovs-ofctl prints it, several lines with a blank before the first. */
export const formatPhyPort = (port: PhyPort): string =>
  [
    ` ${formatPort10(port.portNo)}(${shownName(port.name)}): addr:${formatMac(port.hwAddr)}`,
    `\n     config:     ${bitNames(PortConfig10, port.config)}`,
    `\n     state:      ${stateText(port.state)}`,
    featuresLine('current:', port.curr),
    featuresLine('advertised:', port.advertised),
    featuresLine('supported:', port.supported),
    featuresLine('peer:', port.peer),
    `\n     speed: ${speedOf(port.curr)} Mbps now, ${speedOf(port.supported)} Mbps max`,
  ].join('')

/** What became of a port (OpenFlow 1.0 §5.4.3). */
export const PortReason10 = { ADD: 0, DELETE: 1, MODIFY: 2 } as const

const reasonTexts = ['ADD', 'DEL', 'MOD']

/** A port came, went or changed (OpenFlow 1.0 §5.4.3). */
export const portStatus10 = messageKind({
  name: 'portStatus',
  ofp: 'OFPT_PORT_STATUS',
  wire: { type: 12 },
  body: struct({ reason: enumOf(u8, PortReason10), pad: pad(7), port: phyPort }),
  text: ({ reason, port }) => ` ${reasonTexts[reason] ?? `reason=${reason}`}:${formatPhyPort(port)}`,
})
