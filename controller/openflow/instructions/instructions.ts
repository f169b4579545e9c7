import { type Action, actions, formatActions } from '../actions/actions.ts'
import { hex } from '../fields/value-text.ts'
import { type Codec, checkLength, jsonObject, listOf, pad, struct, withLengthError } from '../wire/codec.ts'
import { EncodeError, ProtocolError } from '../wire/errors.ts'
import { ALL_ONES_64, rest, u8, u32, u64 } from '../wire/primitives.ts'
import type { Reader } from '../wire/reader.ts'
import type { Writer } from '../wire/writer.ts'

interface InstructionKind<Name extends string = string, Body = unknown> {
  readonly name: Name
  readonly type: number
  readonly body: Codec<Body>
}

const kind = <const Name extends string, Body>(
  name: Name,
  type: number,
  body: Codec<Body>,
): InstructionKind<Name, Body> => ({ name, type, body })

const actionList = struct({ pad: pad(4), actions })

/** Every instruction of OpenFlow 1.3.5 §7.2.4, with what follows its type and length. */
export const instructionKinds = [
  kind('gotoTable', 1, struct({ tableId: u8, pad: pad(3) })),
  kind('writeMetadata', 2, struct({ pad: pad(4), metadata: u64, mask: u64 })),
  kind('writeActions', 3, actionList),
  kind('applyActions', 4, actionList),
  kind('clearActions', 5, struct({ pad: pad(4) })),
  kind('meter', 6, struct({ meterId: u32 })),
  kind('experimenter', 0xffff, struct({ experimenter: u32, data: rest })),
] as const

type InstructionOf<K> =
  K extends InstructionKind<infer Name, infer Body> ? { readonly type: Name } & Readonly<Body> : never

/** Any instruction; `type` tells which. */
export type Instruction = InstructionOf<(typeof instructionKinds)[number]>
/** The instruction with this `type`. */
export type InstructionNamed<Name extends Instruction['type']> = Extract<Instruction, { readonly type: Name }>

const kinds = instructionKinds as readonly InstructionKind[]
const byType = new Map(kinds.map((one) => [one.type, one]))
const byName = new Map(kinds.map((one) => [one.name, one]))

const decodeInstruction = (reader: Reader): Instruction => {
  const type = reader.u16()
  const length = reader.u16()
  if (length < 8 || length % 8 !== 0) reader.fail(`an instruction of ${length} bytes`)
  const found = byType.get(type)
  if (!found) throw new ProtocolError('OFPBIC_UNKNOWN_INST', `instruction type ${type}`)
  const part = reader.sub(length - 4, type === 3 || type === 4 ? 'OFPBAC_BAD_LEN' : 'OFPBIC_BAD_LEN')
  const body = found.body.decode(part)
  part.done(found.name)
  return Object.assign({ type: found.name }, body) as Instruction
}

const kindOf = (name: string, path: string): InstructionKind => {
  const found = byName.get(name)
  if (!found) throw new EncodeError(`${path}.type`, `no instruction is called ${name}`)
  return found
}

const encodeInstruction = (writer: Writer, value: Instruction, path: string): void => {
  const { type, body } = kindOf(value.type, path)
  const start = writer.pos
  writer.u16(type)
  writer.u16(0)
  body.encode(writer, value, path === '' ? value.type : `${path}.${value.type}`)
  const length = writer.pos - start
  if (length % 8 !== 0) throw new EncodeError(path, `${length} bytes; a multiple of 8 is expected`)
  writer.patch16(start + 2, checkLength(length, path))
}

const instruction: Codec<Instruction> = {
  decode: decodeInstruction,
  encode: encodeInstruction,
  toJson: (value) => ({
    type: value.type,
    ...jsonObject(kindOf(value.type, value.type).body.toJson(value), value.type),
  }),
  fromJson(json, path) {
    const type = String(jsonObject(json, path).type)
    return Object.assign({ type }, kindOf(type, path).body.fromJson(json, path)) as Instruction
  },
}

/** Instructions until the part's end. */
export const instructions = withLengthError(listOf(instruction), 'OFPBIC_BAD_LEN')

const formatOne = (value: Instruction): string => {
  switch (value.type) {
    case 'meter':
      return `meter:${value.meterId}`
    case 'applyActions':
      return value.actions.length === 0 ? '' : formatActions(value.actions)
    case 'clearActions':
      return 'clear_actions'
    case 'writeActions':
      return `write_actions(${formatActions(value.actions)})`
    case 'writeMetadata':
      return formatWriteMetadata(value)
    case 'gotoTable':
      return `goto_table:${value.tableId}`
    case 'experimenter':
      return `experimenter:0x${value.experimenter.toString(16)}`
  }
}

const formatWriteMetadata = ({ metadata, mask }: InstructionNamed<'writeMetadata'>): string =>
  `write_metadata:${hex(metadata)}${mask === ALL_ONES_64 ? '' : `/${hex(mask)}`}`

/** Order in which a switch executes instructions (OpenFlow 1.3.5 §5.9) and ovs-ofctl prints them. */
const executionOrder: readonly Instruction['type'][] = [
  'meter',
  'applyActions',
  'clearActions',
  'writeActions',
  'writeMetadata',
  'gotoTable',
  'experimenter',
]

/** Instructions as a switch executes them. */
export const inExecutionOrder = (values: readonly Instruction[]): readonly Instruction[] =>
  executionOrder.flatMap((name) => values.filter((value) => value.type === name))

/** The part of a flow after `actions=`, in ovs-ofctl's syntax: `output:1,goto_table:2`, or `drop`. */
export const formatInstructions = (values: readonly Instruction[]): string => {
  const parts = inExecutionOrder(values)
    .map(formatOne)
    .filter((part) => part !== '')
  return parts.length === 0 ? 'drop' : parts.join(',')
}

/** The one instruction that applies `list` at once; none for an empty list. */
export const applyActions = (list: readonly Action[]): readonly Instruction[] =>
  list.length === 0 ? [] : [{ type: 'applyActions', actions: list }]
