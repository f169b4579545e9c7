import { Meter, MeterFlags } from '../../../controller/openflow/messages/meter-band.ts'
import { type MeterMod, MeterModCommand } from '../../../controller/openflow/messages/meter-mod.ts'
import { ProtocolError } from '../../../controller/openflow/wire/errors.ts'
import type { Journal } from '../journal.ts'
import { SimMeter } from './meter.ts'
import type { MeterTable } from './meter-table.ts'

/** What changing meters needs. */
export interface MeterModContext {
  readonly meters: MeterTable
  readonly limit: number
  /** Takes the flows out that go through a meter. */
  readonly removeFlows: (meterId: number, journal: Journal) => void
  /** Milliseconds. */
  readonly now: number
}

const checkConfig = ({ meterId, flags, bands }: MeterMod): void => {
  const isNamed = meterId === Meter.CONTROLLER || meterId === Meter.SLOWPATH
  if (meterId === 0 || (meterId > Meter.MAX && !isNamed)) throw new ProtocolError('OFPMMFC_INVALID_METER', `${meterId}`)
  const both = MeterFlags.KBPS | MeterFlags.PKTPS
  if ((flags & both) === both || flags > 0xf) throw new ProtocolError('OFPMMFC_BAD_FLAGS', `0x${flags.toString(16)}`)
  if (bands.some(({ type }) => type !== 'drop' && type !== 'dscpRemark')) {
    throw new ProtocolError('OFPMMFC_BAD_BAND', 'a band of another type than drop and dscp_remark')
  }
}

const put = (meters: MeterTable, meterId: number, meter: SimMeter | undefined, journal: Journal): void => {
  const old = meters.get(meterId)
  meters.set(meterId, meter)
  journal.undo(() => meters.set(meterId, old))
}

const add = (mod: MeterMod, { meters, limit, now }: MeterModContext, journal: Journal): void => {
  checkConfig(mod)
  if (meters.get(mod.meterId)) throw new ProtocolError('OFPMMFC_METER_EXISTS', `meter ${mod.meterId}`)
  if (meters.size >= limit) throw new ProtocolError('OFPMMFC_OUT_OF_METERS', `${limit} meters`)
  put(meters, mod.meterId, new SimMeter(mod, now), journal)
}

const modify = (mod: MeterMod, { meters, now }: MeterModContext, journal: Journal): void => {
  checkConfig(mod)
  if (!meters.get(mod.meterId)) throw new ProtocolError('OFPMMFC_UNKNOWN_METER', `meter ${mod.meterId}`)
  put(meters, mod.meterId, new SimMeter(mod, now), journal)
}

const remove = (mod: MeterMod, context: MeterModContext, journal: Journal): void => {
  const all = [...context.meters].map(({ config }) => config.meterId)
  for (const meterId of mod.meterId === Meter.ALL ? all : all.filter((one) => one === mod.meterId)) {
    context.removeFlows(meterId, journal)
    put(context.meters, meterId, undefined, journal)
  }
}

/** Does what a meter-mod says. @throws ProtocolError */
export const applyMeterMod = (context: MeterModContext, mod: MeterMod, journal: Journal): void => {
  if (mod.command === MeterModCommand.ADD) add(mod, context, journal)
  else if (mod.command === MeterModCommand.MODIFY) modify(mod, context, journal)
  else if (mod.command === MeterModCommand.DELETE) remove(mod, context, journal)
  else throw new ProtocolError('OFPMMFC_BAD_COMMAND', `command ${mod.command}`)
}
