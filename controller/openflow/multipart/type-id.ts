import { type Codec, checkLength, jsonObject } from '../wire/codec.ts'
import { enumOf, type Names } from '../wire/names.ts'
import { rest, u16 } from '../wire/primitives.ts'

/** Numbers of instructions, as tables list those that they have (OpenFlow 1.3.5 §7.2.4). */
export const InstructionType = {
  GOTO_TABLE: 1,
  WRITE_METADATA: 2,
  WRITE_ACTIONS: 3,
  APPLY_ACTIONS: 4,
  CLEAR_ACTIONS: 5,
  METER: 6,
  EXPERIMENTER: 0xffff,
} as const

/** Numbers of actions, as tables and groups list those that they have (OpenFlow 1.3.5 §7.2.5). */
export const ActionType = {
  OUTPUT: 0,
  COPY_TTL_OUT: 11,
  COPY_TTL_IN: 12,
  SET_MPLS_TTL: 15,
  DEC_MPLS_TTL: 16,
  PUSH_VLAN: 17,
  POP_VLAN: 18,
  PUSH_MPLS: 19,
  POP_MPLS: 20,
  SET_QUEUE: 21,
  GROUP: 22,
  SET_NW_TTL: 23,
  DEC_NW_TTL: 24,
  SET_FIELD: 25,
  PUSH_PBB: 26,
  POP_PBB: 27,
  EXPERIMENTER: 0xffff,
} as const

/** The type of an instruction or action; `data` is what an experimenter's has after its length. */
export interface TypeId {
  readonly id: number
  readonly data: Uint8Array
}

/** The codec of a type, with the names that JSON shows. */
export const typeId = (names: Names): Codec<TypeId> => {
  const id = enumOf(u16, names)
  return {
    decode(reader) {
      const type = reader.u16()
      const length = reader.u16()
      if (length < 4) reader.fail(`an id of ${length} bytes, at least 4`)
      return { id: type, data: reader.bytes(length - 4) }
    },
    encode(writer, value, path) {
      id.encode(writer, value.id, `${path}.id`)
      writer.u16(checkLength(value.data.length + 4, path))
      writer.raw(value.data)
    },
    toJson: (value) =>
      value.data.length === 0 ? id.toJson(value.id) : { id: value.id, data: rest.toJson(value.data) },
    fromJson(json, path) {
      if (typeof json !== 'object') return { id: id.fromJson(json, path), data: new Uint8Array() }
      const source = jsonObject(json, path)
      return { id: id.fromJson(source.id ?? null, path), data: rest.fromJson(source.data ?? null, path) }
    },
  }
}
