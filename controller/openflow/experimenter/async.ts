import { asyncConfig, asyncConfigText, FlowRemovedMask, PacketInMask, PortStatusMask } from '../messages/async.ts'
import { type AsyncEvent, type AsyncMasks, asyncText } from '../messages/async-text.ts'
import { messageKind } from '../messages/kind.ts'
import { struct } from '../wire/codec.ts'
import { Experimenter } from '../wire/experimenter.ts'
import { flagsOf, type Names } from '../wire/names.ts'
import { type PartKind, partKind } from '../wire/parts.ts'
import { u32 } from '../wire/primitives.ts'
import { properties } from '../wire/property.ts'

/** Nicira's form of setAsync, for versions that have none. */
const nxSetAsync = messageKind({
  name: 'nxSetAsync',
  ofp: 'NXT_SET_ASYNC_CONFIG',
  wire: { experimenter: Experimenter.NICIRA, expType: 19 },
  body: asyncConfig,
  text: asyncConfigText,
})

/** Bit n stands for reason n of a role status. */
export const RoleStatusMask = { PRIMARY_REQUEST: 1, CONFIG: 2, EXPERIMENTER: 4 } as const
/** Bit n stands for reason n of a table status (OpenFlow 1.4 §7.4.5). */
export const TableStatusMask = { VACANCY_DOWN: 8, VACANCY_UP: 0x10 } as const
/** Bit n stands for reason n of a request-forward. */
export const RequestForwardMask = { GROUP_MOD: 1, METER_MOD: 2 } as const

export interface MaskBody {
  /** Bit n stands for reason n of the message. */
  readonly mask: number
}

const mask = <const Name extends string>(name: Name, tag: number, names: Names): PartKind<Name, MaskBody> =>
  partKind(name, tag, struct({ mask: flagsOf(u32, names) }))

/** Properties of OpenFlow 1.4 §7.3.10: the even numbers are for the role secondary. */
const kinds = [
  mask('packetInSecondary', 0, PacketInMask),
  mask('packetInPrimary', 1, PacketInMask),
  mask('portStatusSecondary', 2, PortStatusMask),
  mask('portStatusPrimary', 3, PortStatusMask),
  mask('flowRemovedSecondary', 4, FlowRemovedMask),
  mask('flowRemovedPrimary', 5, FlowRemovedMask),
  mask('roleStatusSecondary', 6, RoleStatusMask),
  mask('roleStatusPrimary', 7, RoleStatusMask),
  mask('tableStatusSecondary', 8, TableStatusMask),
  mask('tableStatusPrimary', 9, TableStatusMask),
  mask('requestForwardSecondary', 10, RequestForwardMask),
  mask('requestForwardPrimary', 11, RequestForwardMask),
] as const

const config = struct({ properties: properties(kinds) })

const masksOf = (entries: readonly { readonly type: string }[], role: 'Primary' | 'Secondary'): AsyncMasks =>
  Object.fromEntries(
    entries
      .filter(({ type }) => type.endsWith(role))
      .map((entry) => [entry.type.slice(0, -role.length) as AsyncEvent, (entry as unknown as MaskBody).mask]),
  )

/** Sets some of the masks and leaves the others as they are; also for messages that 1.3 lacks. */
const nxSetAsync2 = messageKind({
  name: 'nxSetAsync2',
  ofp: 'NXT_SET_ASYNC_CONFIG2',
  wire: { experimenter: Experimenter.NICIRA, expType: 27 },
  body: config,
  text: (body) => asyncText(masksOf(body.properties, 'Primary'), masksOf(body.properties, 'Secondary')),
})

export const asyncKinds = [nxSetAsync, nxSetAsync2] as const
