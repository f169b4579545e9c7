import { type Infer, listOf, pad, struct } from '../wire/codec.ts'
import { flagNames, flagsOf } from '../wire/names.ts'
import { oneOf, partKind } from '../wire/parts.ts'
import { rest, u8, u16, u32 } from '../wire/primitives.ts'

/** Reserved meter numbers (OpenFlow 1.3.5 §7.3.4.4). */
export const Meter = { MAX: 0xffff0000, SLOWPATH: 0xfffffffd, CONTROLLER: 0xfffffffe, ALL: 0xffffffff } as const

/** What a meter's rates count, whether its bands have bursts, and whether it is counted (OpenFlow 1.3.5 §7.3.4.4). */
export const MeterFlags = { KBPS: 1, PKTPS: 2, BURST: 4, STATS: 8 } as const

/** ovs-ofctl's names of the flags, in the order in which it prints them. */
export const meterFlagText = {
  kbps: MeterFlags.KBPS,
  pktps: MeterFlags.PKTPS,
  burst: MeterFlags.BURST,
  stats: MeterFlags.STATS,
} as const

export const meterFlags = flagsOf(u16, MeterFlags)

/** OpenFlow 1.3.5 §7.3.4.4 */
const MeterBandType = { DROP: 1, DSCP_REMARK: 2, EXPERIMENTER: 0xffff } as const

/** Every kind of band, for tables of what is supported. */
export const meterBandKinds = [
  partKind('drop', MeterBandType.DROP, struct({ rate: u32, burstSize: u32, pad: pad(4) })),
  partKind('dscpRemark', MeterBandType.DSCP_REMARK, struct({ rate: u32, burstSize: u32, precLevel: u8, pad: pad(3) })),
  partKind(
    'experimenter',
    MeterBandType.EXPERIMENTER,
    struct({ rate: u32, burstSize: u32, experimenter: u32, data: rest }),
  ),
] as const

const band = oneOf(meterBandKinds, { minimum: 12 })

/**
 * What a meter does with packets above a rate (OpenFlow 1.3.5 §7.3.4.4). Rates are in kbit/s or, where the
 * meter's flags say PKTPS, in packets per second; bursts in kbit or packets.
 */
export type MeterBand = Infer<typeof band>

export const meterBands = listOf(band)

/** A meter as others than the switch describe it. */
export interface MeterConfig {
  readonly meterId: number
  readonly flags: number
  readonly bands: readonly MeterBand[]
}

const names: Readonly<Record<number, string>> = {
  [Meter.SLOWPATH]: 'slowpath',
  [Meter.CONTROLLER]: 'controller',
  [Meter.ALL]: 'all',
}

/** A meter's number, or `slowpath`, `controller` or `all`. */
export const formatMeterId = (meterId: number): string => names[meterId] ?? String(meterId)

const bandText = (value: MeterBand, flags: number): string => {
  if (value.type === 'unknown') return `\ntype=${value.tag}`
  const type = value.type === 'dscpRemark' ? 'dscp_remark' : value.type
  const burst = (flags & MeterFlags.BURST) === 0 ? '' : ` burst_size=${value.burstSize}`
  const level = value.type === 'dscpRemark' ? ` prec_level=${value.precLevel}` : ''
  return `\ntype=${type} rate=${value.rate}${burst}${level}`
}

/** Bits without a name as `flags:0x…`. */
const flagsText = (flags: number): string =>
  flagNames(meterFlagText, flags)
    .map((name) => (name.startsWith('0x') ? `flags:${name} ` : `${name} `))
    .join('')

/** A meter as ovs-ofctl prints it: a line for the meter, one for each band. */
export const meterConfigText = ({ meterId, flags, bands }: MeterConfig): string =>
  `meter=${formatMeterId(meterId)} ${flagsText(flags)}bands=${bands.map((value) => bandText(value, flags)).join('')}`
