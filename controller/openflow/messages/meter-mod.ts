import { struct } from '../wire/codec.ts'
import { enumOf } from '../wire/names.ts'
import { u16, u32 } from '../wire/primitives.ts'
import { type MessageOf, messageKind } from './kind.ts'
import { meterBands, meterConfigText, meterFlags } from './meter-band.ts'

/** What a meter-mod does (OpenFlow 1.3.5 §7.3.4.4). */
export const MeterModCommand = { ADD: 0, MODIFY: 1, DELETE: 2 } as const

const commandTexts = ['ADD', 'MOD', 'DEL']

/** Add, modify or delete a meter (OpenFlow 1.3.5 §7.3.4.4). */
export const meterMod = messageKind({
  name: 'meterMod',
  ofp: 'OFPT_METER_MOD',
  wire: { type: 29 },
  body: struct({ command: enumOf(u16, MeterModCommand), flags: meterFlags, meterId: u32, bands: meterBands }),
  text: (body) => ` ${commandTexts[body.command] ?? `cmd:${body.command}`} ${meterConfigText(body)}`,
})

/** The meter-mod message: adds, changes or deletes a meter (OpenFlow 1.3.5 §7.3.4.4). */
export type MeterMod = MessageOf<typeof meterMod>

export const meterKinds = [meterMod] as const
