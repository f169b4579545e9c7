import type { Codec } from '../wire/codec.ts'
import { checkLength, pad, struct } from '../wire/codec.ts'
import { EncodeError, ProtocolError } from '../wire/errors.ts'
import type { Json } from '../wire/json.ts'
import { enumOf } from '../wire/names.ts'
import { rest, u8, u16, u32 } from '../wire/primitives.ts'
import type { Reader } from '../wire/reader.ts'
import type { Writer } from '../wire/writer.ts'
import { actionKind } from './kind.ts'
import { dotted } from './simple.ts'
import { membersJson, NICIRA } from './wire.ts'

/** Why a packet is said to come to the controller; ovs-ofctl knows the names in lower case. */
export const ControllerReason = {
  NO_MATCH: 0,
  ACTION: 1,
  INVALID_TTL: 2,
  ACTION_SET: 3,
  GROUP: 4,
  PACKET_OUT: 5,
} as const

/** `maxLen` for the whole packet, without a copy in the switch (OFPCML_NO_BUFFER, OpenFlow 1.3.5 §7.2.5). */
export const WHOLE_PACKET = 0xffff

const reason = enumOf(u8, ControllerReason)

/** Members of controller2 that are not there have their defaults. */
export interface Controller2 {
  /** Bytes of the packet to send; all unless given. */
  readonly maxLen?: number
  /** Controller connections with this id get the packet; 0 unless given. */
  readonly controllerId?: number
  /** ACTION unless given. */
  readonly reason?: number
  /** Goes with the packet-in, and back with the resume. */
  readonly userdata?: Uint8Array
  /** Stops the pipeline until the controller sends the packet-in back. */
  readonly pause?: boolean
  /** Meter that limits the packet-ins. */
  readonly meterId?: number
}

type Property = keyof Controller2

const flag: Codec<boolean> = {
  decode: () => true,
  encode: () => {},
  toJson: (value) => value,
  fromJson(json: Json, path) {
    if (json !== true) throw new EncodeError(path, 'true, or nothing, is expected')
    return true
  },
}

const codecs = { maxLen: u16, controllerId: u16, reason, userdata: rest, pause: flag, meterId: u32 } as const

/** Property types are their places here (NXAC2PT_* of Open vSwitch). */
const properties = Object.keys(codecs) as readonly Property[]
const codecOf = (name: Property): Codec<unknown> => codecs[name] as Codec<unknown>

/** Lengths of properties, header included: the one that we write first, then what others write. */
const lengths: Readonly<Partial<Record<Property, readonly [number, ...number[]]>>> = {
  maxLen: [8, 6],
  controllerId: [8, 6],
  reason: [5, 8],
  pause: [4],
  meterId: [8],
}

/** Type and length come before a property's value. */
const propertyHeader = 4

const decodeProperty = (reader: Reader): [Property, unknown] => {
  const type = reader.u16()
  const length = reader.u16()
  const name = properties[type]
  if (!name) throw new ProtocolError('OFPBAC_BAD_ARGUMENT', `controller property ${type}`)
  if (length < propertyHeader || lengths[name]?.includes(length) === false) {
    reader.fail(`${name} in a property of ${length} bytes`)
  }
  const value = codecOf(name).decode(reader.sub(length - propertyHeader))
  reader.skip(Math.min((8 - (length % 8)) % 8, reader.remaining))
  return [name, value]
}

const encodeProperty = (writer: Writer, type: number, name: Property, value: unknown, path: string): void => {
  const start = writer.pos
  writer.u16(type)
  writer.u16(0)
  codecOf(name).encode(writer, value, `${path}.${name}`)
  const length = lengths[name]?.[0] ?? writer.pos - start
  writer.zeros(start + length - writer.pos)
  writer.patch16(start + 2, checkLength(length, path))
  writer.align(start, 8)
}

const body: Codec<Controller2> = {
  ...membersJson<Controller2>(codecs),
  decode(reader) {
    reader.skip(6)
    const members: [Property, unknown][] = []
    while (reader.remaining > 0) members.push(decodeProperty(reader))
    return Object.fromEntries(members)
  },
  encode(writer, value, path) {
    writer.zeros(6)
    for (const [type, name] of properties.entries()) {
      const member = value[name]
      if (member !== undefined && member !== false) encodeProperty(writer, type, name, member, path)
    }
  },
}

const reasonTexts = Object.keys(ControllerReason).map((name) => name.toLowerCase())

const optional = (condition: boolean, text: string): readonly string[] => (condition ? [text] : [])

const format = (value: Controller2): string => {
  const { maxLen = WHOLE_PACKET, controllerId = 0, reason: why = ControllerReason.ACTION, userdata, pause } = value
  const meterId = value.meterId ?? 0
  const parts = [
    ...optional(why !== ControllerReason.ACTION, `reason=${reasonTexts[why] ?? why}`),
    ...optional(maxLen !== WHOLE_PACKET, `max_len=${maxLen}`),
    ...optional(controllerId !== 0, `id=${controllerId}`),
    ...(userdata !== undefined && userdata.length > 0 ? [`userdata=${dotted(userdata)}`] : []),
    ...optional(pause === true, 'pause'),
    ...optional(meterId !== 0, `meter_id=${meterId}`),
  ]
  const plain = parts.every((part) => part.startsWith('max_len='))
  return plain ? `CONTROLLER:${maxLen}` : `controller(${parts.join(',')})`
}

/** Output to controllers with an id and a reason. */
const controller = actionKind({
  name: 'controller',
  wire: { experimenter: NICIRA, subtype: 20 },
  body: struct({ maxLen: u16, controllerId: u16, reason, pad: pad(1) }),
  format,
})

const controller2 = actionKind({ name: 'controller2', wire: { experimenter: NICIRA, subtype: 37 }, body, format })

/** Ways to the controller beyond output. */
export const controllerKinds = [controller, controller2] as const
