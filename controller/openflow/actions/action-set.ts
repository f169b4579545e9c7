import { type Codec, checkLength, jsonObject, listOf } from '../wire/codec.ts'
import { EncodeError, ProtocolError } from '../wire/errors.ts'
import type { Reader } from '../wire/reader.ts'
import type { Writer } from '../wire/writer.ts'
import type { ActionKind } from './kind.ts'

export type AnyKind = ActionKind<string, unknown>

interface AnyAction {
  readonly type: string
}

/** The actions of one version of OpenFlow, read and written. */
export interface ActionSet<A extends AnyAction> {
  /** Every kind of action, for tables of what is supported. */
  readonly kinds: readonly AnyKind[]
  /** Actions until the part's end. */
  readonly list: Codec<readonly A[]>
  /** Actions in ovs-ofctl's syntax; an empty list reads `drop`. */
  readonly format: (values: readonly A[]) => string
}

const experimenterType = 0xffff
/** Actions nest in ct(exec(…)), clone(…) and the like; real flows nest two or three deep. */
const maximumDepth = 16

const subtypeKey = (experimenter: number, subtype: number): number => experimenter * 0x1_0000 + subtype

/** The kinds by name and by wire numbers. */
class ActionTable {
  readonly byName = new Map<string, AnyKind>()
  private readonly byType: (AnyKind | undefined)[] = []
  private readonly bySubtype = new Map<number, AnyKind>()

  constructor(kinds: readonly AnyKind[]) {
    for (const kind of kinds) {
      this.byName.set(kind.name, kind)
      if ('type' in kind.wire) this.byType[kind.wire.type] = kind
      else this.bySubtype.set(subtypeKey(kind.wire.experimenter, kind.wire.subtype), kind)
    }
  }

  /** Finds the kind of an action and moves past what tells it. */
  find(type: number, part: Reader): AnyKind | undefined {
    if (type !== experimenterType) return this.byType[type]
    const subtype = part.remaining >= 6 ? part.view.getUint16(part.pos + 4) : -1
    const kind = this.bySubtype.get(subtypeKey(part.view.getUint32(part.pos), subtype))
    if (kind) part.skip(6)
    return kind ?? this.byType[experimenterType]
  }

  named(type: unknown, path: string): AnyKind {
    const kind = this.byName.get(String(type))
    if (!kind) throw new EncodeError(`${path}.type`, `no action is called ${String(type)}`)
    return kind
  }
}

const decodeAction = (table: ActionTable, reader: Reader): AnyAction => {
  const start = reader.pos
  const type = reader.u16()
  const length = reader.u16()
  if (length < 8 || length % 8 !== 0) reader.fail(`an action of ${length} bytes`)
  const part = reader.sub(length - 4, 'OFPBAC_BAD_LEN', reader.depth + 1)
  const kind = table.find(type, part)
  if (!kind) throw new ProtocolError('OFPBAC_BAD_TYPE', `action type ${type} at byte ${start}`)
  const body = kind.body.decode(part)
  if (part.remaining >= 8) part.fail(`${part.remaining} bytes too many in ${kind.name}`)
  return Object.assign({ type: kind.name }, body)
}

const encodeAction = (table: ActionTable, writer: Writer, action: AnyAction, path: string): void => {
  const at = path === '' ? action.type : `${path}.${action.type}`
  const kind = table.named(action.type, path)
  const start = writer.pos
  writer.u16('type' in kind.wire ? kind.wire.type : experimenterType)
  writer.u16(0)
  if ('subtype' in kind.wire) {
    writer.u32(kind.wire.experimenter)
    writer.u16(kind.wire.subtype)
  }
  kind.body.encode(writer, action, at)
  writer.align(start, 8)
  writer.patch16(start + 2, checkLength(writer.pos - start, path))
}

const actionCodec = (table: () => ActionTable): Codec<AnyAction> => ({
  decode: (reader) => decodeAction(table(), reader),
  encode: (writer, action, path) => encodeAction(table(), writer, action, path),
  toJson: (value) => ({
    type: value.type,
    ...jsonObject(table().named(value.type, value.type).body.toJson(value), value.type),
  }),
  fromJson(json, path) {
    const kind = table().named(jsonObject(json, path).type, path)
    return Object.assign({ type: kind.name }, kind.body.fromJson(json, path))
  },
})

/**
 * The actions of a version of OpenFlow. `kindsOf` gives their kinds; those that hold actions are
 * built with the codec that it is given. A kind of type 0xffff takes the experimenters' actions
 * that no other kind knows.
 */
export const makeActionSet = <A extends AnyAction>(
  kindsOf: (nested: Codec<readonly A[]>) => readonly AnyKind[],
): ActionSet<A> => {
  const unlimited = listOf(actionCodec(() => table) as Codec<A>)
  const list: Codec<readonly A[]> = {
    ...unlimited,
    decode(reader) {
      if (reader.depth > maximumDepth) {
        throw new ProtocolError('OFPBAC_TOO_MANY', `actions nested deeper than ${maximumDepth}`)
      }
      return unlimited.decode(reader)
    },
  }
  const kinds = kindsOf(list)
  const table = new ActionTable(kinds)
  const format = (values: readonly A[]): string =>
    values.length === 0
      ? 'drop'
      : values.map((value) => table.named(value.type, value.type).format(value, format)).join(',')
  return { kinds, list, format }
}
