import { formatPort } from '../fields/port-text.ts'
import { formatMac } from '../wire/address.ts'
import { type Infer, pad, struct } from '../wire/codec.ts'
import { enumOf, flagNames, flagsOf, type Names } from '../wire/names.ts'
import { mac, text, u8, u32 } from '../wire/primitives.ts'
import { messageKind } from './kind.ts'

/** How a port is set (OpenFlow 1.3.5 §7.2.1). */
export const PortConfig = { PORT_DOWN: 0x1, NO_RECV: 0x4, NO_FWD: 0x20, NO_PACKET_IN: 0x40 } as const

/** In what state a port is (OpenFlow 1.3.5 §7.2.1). */
export const PortState = { LINK_DOWN: 1, BLOCKED: 2, LIVE: 4 } as const

/** Speeds, media and abilities of a port (OpenFlow 1.3.5 §7.2.1). */
export const PortFeatures = {
  '10MB_HD': 0x1,
  '10MB_FD': 0x2,
  '100MB_HD': 0x4,
  '100MB_FD': 0x8,
  '1GB_HD': 0x10,
  '1GB_FD': 0x20,
  '10GB_FD': 0x40,
  '40GB_FD': 0x80,
  '100GB_FD': 0x100,
  '1TB_FD': 0x200,
  OTHER: 0x400,
  COPPER: 0x800,
  FIBER: 0x1000,
  AUTONEG: 0x2000,
  PAUSE: 0x4000,
  PAUSE_ASYM: 0x8000,
} as const

/** struct ofp_port (OpenFlow 1.3.5 §7.2.1) */
export const portDesc = struct({
  portNo: u32,
  pad: pad(4),
  hwAddr: mac,
  pad2: pad(2),
  name: text(16),
  config: flagsOf(u32, PortConfig),
  state: flagsOf(u32, PortState),
  curr: flagsOf(u32, PortFeatures),
  advertised: flagsOf(u32, PortFeatures),
  supported: flagsOf(u32, PortFeatures),
  peer: flagsOf(u32, PortFeatures),
  currSpeed: u32, // kbit/s
  maxSpeed: u32, // kbit/s
})

/** A port of a switch: its number, address, name, settings, state and abilities (OpenFlow 1.3.5 §7.2.1). */
export type PortDesc = Infer<typeof portDesc>

/** Features that ovs-ofctl calls otherwise than the standard does. */
const featureTexts: Readonly<Record<string, string>> = {
  AUTONEG: 'AUTO_NEG',
  PAUSE: 'AUTO_PAUSE',
  PAUSE_ASYM: 'AUTO_PAUSE_ASYM',
}

/** Bits without a name are left out, as ovs-ofctl does. */
const bitNames = (names: Names, value: number): string[] =>
  flagNames(names, value).filter((name) => !name.startsWith('0x'))

const bitsText = (names: Names, value: number): string => bitNames(names, value).join(' ') || '0'

/** Empty for no features. */
const featuresText = (value: number): string =>
  bitNames(PortFeatures, value)
    .map((name) => featureTexts[name] ?? name.replace(/_(?=[FH]D$)/, '-'))
    .join(' ')

const featureLine = (label: string, value: number): string => {
  const text = featuresText(value)
  return text === '' ? '' : `\n     ${label} ${text}`
}

/** A name up to its first character that does not print. */
const nameText = (name: string): string => /^[ -~]*/.exec(name)?.[0] ?? ''

/** A port in the lines of `ovs-ofctl show`, without a line feed at the end. */
export const formatPortDesc = (port: PortDesc): string =>
  [
    ` ${formatPort(port.portNo)}(${nameText(port.name)}): addr:${formatMac(port.hwAddr)}`,
    `\n     config:     ${bitsText(PortConfig, port.config)}\n     state:      ${bitsText(PortState, port.state)}`,
    featureLine('current:   ', port.curr),
    featureLine('advertised:', port.advertised),
    featureLine('supported: ', port.supported),
    featureLine('peer:      ', port.peer),
    `\n     speed: ${Math.floor(port.currSpeed / 1000)} Mbps now, ${Math.floor(port.maxSpeed / 1000)} Mbps max`,
  ].join('')

/** What became of a port (OpenFlow 1.3.5 §7.4.3). */
export const PortReason = { ADD: 0, DELETE: 1, MODIFY: 2 } as const

const reasonTexts = ['ADD', 'DEL', 'MOD']

/** A port has come, gone or changed (OpenFlow 1.3.5 §7.4.3). */
const portStatus = messageKind({
  name: 'portStatus',
  ofp: 'OFPT_PORT_STATUS',
  wire: { type: 12 },
  body: struct({ reason: enumOf(u8, PortReason), pad: pad(7), desc: portDesc }),
  text: ({ reason, desc }) => ` ${reasonTexts[reason] ?? `reason ${reason}`}:${formatPortDesc(desc)}`,
})

/** Changes how a port is set (OpenFlow 1.3.5 §7.3.4.3). */
const portMod = messageKind({
  name: 'portMod',
  ofp: 'OFPT_PORT_MOD',
  wire: { type: 16 },
  body: struct({
    portNo: u32,
    pad: pad(4),
    /** Must be the port's address, so that a renumbered port is not changed by mistake. */
    hwAddr: mac,
    pad2: pad(2),
    config: flagsOf(u32, PortConfig),
    /** Bits of `config` that are changed. */
    mask: flagsOf(u32, PortConfig),
    /** Zero for no change. */
    advertise: flagsOf(u32, PortFeatures),
    pad3: pad(4),
  }),
  text: (body) =>
    ` port: ${formatPort(body.portNo)}: addr:${formatMac(body.hwAddr)}` +
    `\n     config: ${bitsText(PortConfig, body.config & body.mask)}\n     mask:   ${bitsText(PortConfig, body.mask)}` +
    `\n     advertise: ${featuresText(body.advertise) || 'UNCHANGED'}`,
})

export const portKinds = [portStatus, portMod] as const
