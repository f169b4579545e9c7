import { formatSubfield, type Subfield, unpackBits } from '../fields/subfield.ts'
import { integer, readMembers } from '../text/scan.ts'
import { type Codec, pad, struct } from '../wire/codec.ts'
import { TextSyntaxError } from '../wire/errors.ts'
import { flagsOf, nameOf, own } from '../wire/names.ts'
import { u8, u16 } from '../wire/primitives.ts'
import type { Action } from './actions.ts'
import { actionKind, type FormatActions, type ParseAction, type ParseContext } from './kind.ts'
import { parseNat } from './nat-text.ts'
import type { CtAction } from './nesting-types.ts'
import { parseShortSubfield } from './short-field.ts'
import { NICIRA, readShortHeader, subfieldJson, writePackedBits, writeShortHeader } from './wire.ts'

/** What a ct action does (NX_CT_F_* of Open vSwitch). */
export const CtFlags = { COMMIT: 1, FORCE: 2 } as const

/** No copy of the packet goes on elsewhere. */
export const NO_TABLE = 255

/** `[field 32][offset and bits 16]`, or zeros and the number. */
const zone: Codec<number | Subfield> = {
  decode(reader) {
    if (reader.remaining < 4) reader.fail('a ct action without a zone')
    if (reader.view.getUint32(reader.pos) === 0) {
      reader.skip(4)
      return reader.u16()
    }
    const code = readShortHeader(reader)
    return { code, ...unpackBits(reader.u16()) }
  },
  encode(writer, value, path) {
    if (typeof value === 'number') {
      writer.u32(0)
      u16.encode(writer, value, path)
      return
    }
    writeShortHeader(writer, value.code, path)
    writePackedBits(writer, value, path)
  },
  toJson: (value) => (typeof value === 'number' ? value : subfieldJson.toJson(value)),
  fromJson: (json, path) => (typeof json === 'number' ? json : subfieldJson.fromJson(json, path)),
}

/** Ports whose protocols ovs-ofctl knows by name. */
const helpers: Readonly<Record<string, number>> = { ftp: 21, tftp: 69 }

const helperName = (port: number): string => nameOf(helpers, port) ?? `${port}`

const formatZone = (value: number | Subfield): readonly string[] => {
  if (value === 0) return []
  return [`zone=${typeof value === 'number' ? value : formatSubfield(value)}`]
}

/** A nat that comes first stands outside exec(…). */
const formatInner = (actions: readonly Action[], nested: FormatActions): readonly string[] => {
  const first = actions[0]?.type === 'nat' ? 1 : 0
  const parts = [actions.slice(0, first), actions.slice(first)].map((part) =>
    part.length === 0 ? '' : nested(part as readonly unknown[] as readonly never[]),
  )
  const [nat = '', exec = ''] = parts
  return [...(nat === '' ? [] : [nat]), ...(exec === '' ? [] : [`exec(${exec})`])]
}

const format = (value: Omit<CtAction, 'type'>, nested: FormatActions): string => {
  const parts = [
    ...((value.flags & CtFlags.COMMIT) === 0 ? [] : ['commit']),
    ...((value.flags & CtFlags.FORCE) === 0 ? [] : ['force']),
    ...(value.table === NO_TABLE ? [] : [`table=${value.table}`]),
    ...formatZone(value.zone),
    ...formatInner(value.actions, nested),
    ...(value.alg === 0 ? [] : [`alg=${helperName(value.alg)}`]),
  ]
  return `ct(${parts.join(',')})`
}

interface Draft {
  flags: number
  zone: number | Subfield
  table: number
  alg: number
  readonly actions: unknown[]
}

type Setter = (draft: Draft, value: string) => void

const setters = (context: ParseContext<unknown>): Readonly<Record<string, Setter>> => ({
  commit: (draft) => {
    draft.flags |= CtFlags.COMMIT
  },
  force: (draft) => {
    draft.flags |= CtFlags.FORCE
  },
  table: (draft, value) => {
    draft.table = integer(value, NO_TABLE - 1)
  },
  zone: (draft, value) => {
    draft.zone = /^\d/.test(value) ? integer(value, 0xffff) : zoneField(value)
  },
  alg: (draft, value) => {
    draft.alg = own(helpers, value) ?? integer(value, 0xffff)
  },
  nat: (draft, value) => {
    draft.actions.push({ type: 'nat', ...parseNat(value) })
  },
  exec: (draft, value) => {
    draft.actions.push(...context.actions(value))
  },
})

const zoneField = (text: string): Subfield => {
  const found = parseShortSubfield(text)
  if (found.bits !== 16) throw new TextSyntaxError(text, '16 bits of a field are expected')
  return found
}

const parseCt: ParseAction<unknown> = ({ value, text }, context) => {
  const draft: Draft = { flags: 0, zone: 0, table: NO_TABLE, alg: 0, actions: [] }
  readMembers(value, setters(context), draft)
  if (draft.flags === CtFlags.FORCE) throw new TextSyntaxError(text, 'force goes with commit')
  return [{ type: 'ct', ...draft }]
}

/** The kind of ct actions; `actions` is the codec of the list inside. */
export const conntrack = (actions: Codec<readonly Action[]>) =>
  actionKind({
    name: 'ct',
    wire: { experimenter: NICIRA, subtype: 35 },
    body: struct({ flags: flagsOf(u16, CtFlags), zone, table: u8, pad: pad(3), alg: u16, actions }),
    format,
    keywords: { ct: parseCt },
  })
