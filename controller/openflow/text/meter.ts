import {
  formatMeterId,
  Meter,
  type MeterBand,
  type MeterConfig,
  MeterFlags,
  meterFlagText,
} from '../messages/meter-band.ts'
import { type MeterMod, MeterModCommand } from '../messages/meter-mod.ts'
import { TextSyntaxError } from '../wire/errors.ts'
import { toHex } from '../wire/json.ts'
import { flagNames } from '../wire/names.ts'
import { dottedBytes, type Item, integer, items } from './scan.ts'

const reserved: ReadonlyMap<string, number> = new Map([
  ['all', Meter.ALL],
  ['controller', Meter.CONTROLLER],
  ['slowpath', Meter.SLOWPATH],
])

const flagBits: ReadonlyMap<string, number> = new Map(Object.entries(meterFlagText))

interface Head {
  meterId: number | undefined
  flags: number
  /** The flags stand as a number, so that the meter is taken as it is said. */
  raw: boolean
}

const readHead = (text: string): Head => {
  const head: Head = { meterId: undefined, flags: 0, raw: false }
  for (const item of items(text)) {
    const flag = flagBits.get(item.key)
    if (item.key === 'meter') head.meterId = reserved.get(item.value) ?? integer(item.value)
    else if (item.key === 'flags') {
      head.flags |= integer(item.value, 0xffff)
      head.raw = true
    } else if (flag !== undefined && item.value === '') head.flags |= flag
    else throw new TextSyntaxError(item.text, 'meter=, kbps, pktps, burst, stats or bands= is expected')
  }
  return head
}

/** A band while it is read. */
interface Draft {
  readonly type: string
  rate: number
  burstSize: number
  precLevel: number
  experimenter: number
  data: Uint8Array
}

const setMember = (draft: Draft, { key, value, text }: Item): void => {
  if (key === 'rate') draft.rate = integer(value)
  else if (key === 'burst_size') draft.burstSize = integer(value)
  else if (key === 'prec_level') draft.precLevel = integer(value, 0xff)
  else if (key === 'experimenter') draft.experimenter = integer(value)
  else if (key === 'data') draft.data = dottedBytes(value)
  else throw new TextSyntaxError(text, 'type=, rate=, burst_size= or prec_level= is expected')
}

const bandOf = ({ type, rate, burstSize, precLevel, experimenter, data }: Draft): MeterBand => {
  switch (type) {
    case 'drop':
      return { type: 'drop', rate, burstSize }
    case 'dscp_remark':
      return { type: 'dscpRemark', rate, burstSize, precLevel }
    case 'experimenter':
      return { type: 'experimenter', rate, burstSize, experimenter, data }
    default:
      return { type: 'unknown', tag: integer(type, 0xffff), data }
  }
}

const readBands = (text: string): MeterBand[] => {
  const drafts: Draft[] = []
  for (const item of items(text)) {
    const current = drafts.at(-1)
    if (item.key === 'type') {
      drafts.push({
        type: item.value,
        rate: 0,
        burstSize: 0,
        precLevel: 0,
        experimenter: 0,
        data: new Uint8Array(),
      })
    } else if (current) setMember(current, item)
    else throw new TextSyntaxError(item.text, 'a band starts with type=')
  }
  return drafts.map(bandOf)
}

/** What keeps ovs-ofctl from taking a band, if anything. */
const bandProblem = (band: MeterBand, flags: number): string | undefined => {
  if (band.type !== 'drop' && band.type !== 'dscpRemark') return 'a band is of type drop or dscp_remark'
  const hasBurst = (flags & MeterFlags.BURST) !== 0
  if (band.rate === 0) return 'a band needs rate='
  if (hasBurst && band.burstSize === 0) return 'a band needs burst_size= where the meter has burst'
  if (!hasBurst && band.burstSize !== 0) return 'burst_size= needs burst in the meter'
  return band.type === 'dscpRemark' && band.precLevel === 0 ? 'a dscp_remark band needs prec_level=' : undefined
}

const isNamed = (meterId: number): boolean => [...reserved.values()].includes(meterId)

/** What keeps ovs-ofctl from taking a meter, if anything. */
const problemOf = ({ meterId, flags, bands }: MeterConfig): string | undefined => {
  if (meterId === 0 || (meterId > Meter.MAX && !isNamed(meterId))) return 'meters are numbered from 1 to 4294901760'
  if ((flags & 15) === 0 || flags > 15) return 'kbps or pktps is missing'
  if (bands.length === 0) return 'bands= is missing'
  return bands.map((band) => bandProblem(band, flags)).find((problem) => problem !== undefined)
}

const bandsStart = /(?:^|[\s,])bands?\s*=/

/**
 * Parses a meter in ovs-ofctl's syntax (ovs-ofctl(8), "Meter Syntax"), as given to add-meter,
 * mod-meter or del-meter: `meter=1,kbps,burst,bands=type=drop,rate=100,burst_size=50`. With the
 * flags as a number, `flags=0x10`, also meters that ovs-ofctl refuses are taken.
 *
 * @throws TextSyntaxError naming the part that is wrong
 */
export const parseMeterMod = (text: string, command: number = MeterModCommand.ADD): MeterMod => {
  const at = bandsStart.exec(text)
  const { meterId, flags, raw } = readHead(at ? text.slice(0, at.index) : text)
  if (meterId === undefined) throw new TextSyntaxError(text, 'meter= is missing')
  const bands = at ? readBands(text.slice(at.index + at[0].length)) : []
  const meter: MeterMod = { type: 'meterMod', xid: 0, command, flags, meterId, bands }
  const problem = raw || command === MeterModCommand.DELETE ? undefined : problemOf(meter)
  if (problem !== undefined) throw new TextSyntaxError(text, problem)
  return meter
}

const bandText = (band: MeterBand): string => {
  if (band.type === 'unknown') return `type=${band.tag},data=${toHex(band.data)}`
  const burst = band.burstSize === 0 ? '' : `,burst_size=${band.burstSize}`
  switch (band.type) {
    case 'drop':
      return `type=drop,rate=${band.rate}${burst}`
    case 'dscpRemark':
      return `type=dscp_remark,rate=${band.rate}${burst},prec_level=${band.precLevel}`
    case 'experimenter':
      return `type=experimenter,rate=${band.rate}${burst},experimenter=0x${band.experimenter.toString(16)},data=${toHex(band.data)}`
  }
}

/**
 * A meter as text that `ovs-ofctl -O OpenFlow13 add-meter` and mod-meter take; of a meter-mod that
 * deletes, what del-meter takes. A meter that they refuse stands with its flags as a number.
 */
export const formatMeter = (meter: MeterConfig & { readonly command?: number }): string => {
  const { command, meterId, flags, bands } = meter
  const id = `meter=${formatMeterId(meterId)}`
  const isPlainDelete = command === MeterModCommand.DELETE && flags === 0
  if (isPlainDelete && bands.length === 0) return id
  const words = problemOf(meter) === undefined ? flagNames(meterFlagText, flags) : [`flags=0x${flags.toString(16)}`]
  return [id, ...words, `bands=${bands.map(bandText).join(',')}`].join(',')
}
