import { type Codec, checkLength, jsonObject, listOf, struct } from '../wire/codec.ts'
import { EncodeError, ProtocolError } from '../wire/errors.ts'
import type { Json } from '../wire/json.ts'
import { rest, u32 } from '../wire/primitives.ts'
import type { Reader } from '../wire/reader.ts'
import type { Writer } from '../wire/writer.ts'
import { type ActionKind, type ActionOf, actionKind } from './kind.ts'
import { nestingKinds } from './nesting.ts'
import type { NestingAction } from './nesting-types.ts'
import { niciraKinds } from './nicira.ts'
import { setField } from './set-field.ts'
import { standardKinds } from './standard.ts'

/** An action of an experimenter, or a Nicira subtype, that we do not know: kept as it came. */
const experimenterKind = actionKind({
  name: 'experimenter',
  wire: { type: 0xffff },
  body: struct({ experimenter: u32, data: rest }),
  format: ({ experimenter }) => `experimenter:0x${experimenter.toString(16)}`,
})

type PlainKind =
  | (typeof standardKinds)[number]
  | (typeof niciraKinds)[number]
  | typeof setField
  | typeof experimenterKind

/** Any action; `type` tells which. */
export type Action = ActionOf<PlainKind> | NestingAction

const experimenterType = 0xffff
/** Actions nest in ct(exec(…)), clone(…) and the like; real flows nest two or three deep. */
const maximumDepth = 16

type AnyKind = ActionKind<string, unknown>

const decodeAction = (reader: Reader): Action => {
  const start = reader.pos
  const type = reader.u16()
  const length = reader.u16()
  if (length < 8 || length % 8 !== 0) reader.fail(`an action of ${length} bytes`)
  const part = reader.sub(length - 4, 'OFPBAC_BAD_LEN', reader.depth + 1)
  const kind = type === experimenterType ? experimenterAction(part) : standardByType[type]
  if (!kind) throw new ProtocolError('OFPBAC_BAD_TYPE', `action type ${type} at byte ${start}`)
  const body = kind.body.decode(part)
  if (part.remaining >= 8) part.fail(`${part.remaining} bytes too many in ${kind.name}`)
  return Object.assign({ type: kind.name }, body) as Action
}

/** Finds the kind of an experimenter action and moves past what tells it. */
const experimenterAction = (part: Reader): AnyKind => {
  const experimenter = part.view.getUint32(part.pos)
  const subtype = part.remaining >= 6 ? part.view.getUint16(part.pos + 4) : -1
  const kind = bySubtype.get(subtypeKey(experimenter, subtype))
  if (kind) part.skip(6)
  return kind ?? (experimenterKind as AnyKind)
}

const encodeAction = (writer: Writer, action: Action, path: string): void => {
  const kind = byName.get(action.type)
  if (!kind) throw new EncodeError(`${path}.type`, `no action is called ${String(action.type)}`)
  const start = writer.pos
  writer.u16('type' in kind.wire ? kind.wire.type : experimenterType)
  writer.u16(0)
  if ('subtype' in kind.wire) {
    writer.u32(kind.wire.experimenter)
    writer.u16(kind.wire.subtype)
  }
  kind.body.encode(writer, action, `${path}.${action.type}`)
  writer.align(start, 8)
  writer.patch16(start + 2, checkLength(writer.pos - start, path))
}

const action: Codec<Action> = {
  decode: decodeAction,
  encode: encodeAction,
  toJson: (value) => ({
    type: value.type,
    ...jsonObject((byName.get(value.type) as AnyKind).body.toJson(value), value.type),
  }),
  fromJson(json, path) {
    const type = String(jsonObject(json, path).type)
    const kind = byName.get(type)
    if (!kind) throw new EncodeError(`${path}.type`, `no action is called ${type}`)
    return Object.assign({ type }, kind.body.fromJson(json as Json, path)) as Action
  },
}

const list = listOf(action)

/** Actions until the part's end. */
export const actions: Codec<readonly Action[]> = {
  ...list,
  decode(reader) {
    if (reader.depth > maximumDepth) {
      throw new ProtocolError('OFPBAC_TOO_MANY', `actions nested deeper than ${maximumDepth}`)
    }
    return list.decode(reader)
  },
}

/** Every kind of action, for tables of what is supported. */
export const actionKinds = [
  ...standardKinds,
  setField,
  ...niciraKinds,
  ...nestingKinds(actions),
  experimenterKind,
] as readonly AnyKind[]

const byName = new Map(actionKinds.map((kind) => [kind.name, kind]))
const standardByType: (AnyKind | undefined)[] = []
const subtypeKey = (experimenter: number, subtype: number): number => experimenter * 0x1_0000 + subtype
const bySubtype = new Map<number, AnyKind>()

for (const kind of actionKinds) {
  if ('type' in kind.wire) standardByType[kind.wire.type] = kind
  else bySubtype.set(subtypeKey(kind.wire.experimenter, kind.wire.subtype), kind)
}

const formatOne = (value: Action): string => (byName.get(value.type) as AnyKind).format(value, formatList)
const formatList = (values: readonly Action[]): string => values.map(formatOne).join(',')

/** Actions in ovs-ofctl's syntax; an empty list reads `drop`. */
export const formatActions = (values: readonly Action[]): string => (values.length === 0 ? 'drop' : formatList(values))
