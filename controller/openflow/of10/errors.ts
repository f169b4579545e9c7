import { printable } from '../messages/error.ts'
import { messageKind } from '../messages/kind.ts'
import { type Codec, type Infer, jsonObject, struct } from '../wire/codec.ts'
import { type ErrorTable, entriesOf } from '../wire/error-table.ts'
import { enumOf } from '../wire/names.ts'
import { rest, u16 } from '../wire/primitives.ts'

/** Every error type and code of OpenFlow 1.0 §5.4.4; a code's number is its place in the list. */
const table = {
  OFPHFC: [0, 'HELLO_FAILED', ['INCOMPATIBLE', 'EPERM']],
  OFPBRC: [
    1,
    'BAD_REQUEST',
    [
      'BAD_VERSION',
      'BAD_TYPE',
      'BAD_STAT',
      'BAD_VENDOR',
      'BAD_SUBTYPE',
      'EPERM',
      'BAD_LEN',
      'BUFFER_EMPTY',
      'BUFFER_UNKNOWN',
    ],
  ],
  OFPBAC: [
    2,
    'BAD_ACTION',
    [
      'BAD_TYPE',
      'BAD_LEN',
      'BAD_VENDOR',
      'BAD_VENDOR_TYPE',
      'BAD_OUT_PORT',
      'BAD_ARGUMENT',
      'EPERM',
      'TOO_MANY',
      'BAD_QUEUE',
    ],
  ],
  OFPFMFC: [
    3,
    'FLOW_MOD_FAILED',
    ['ALL_TABLES_FULL', 'OVERLAP', 'EPERM', 'BAD_EMERG_TIMEOUT', 'BAD_COMMAND', 'UNSUPPORTED'],
  ],
  OFPPMFC: [4, 'PORT_MOD_FAILED', ['BAD_PORT', 'BAD_HW_ADDR']],
  OFPQOFC: [5, 'QUEUE_OP_FAILED', ['BAD_PORT', 'BAD_QUEUE', 'EPERM']],
} as const satisfies ErrorTable

/** The errors of OpenFlow 1.0 with their wire numbers and names. */
export const errorEntries10 = entriesOf(table)

const keyOf = (type: number, code: number): number => type * 0x1_0000 + code
const byNumber = new Map(errorEntries10.map((entry) => [keyOf(entry.type, entry.code), entry]))

/** The name of an error, such as `OFPFMFC_OVERLAP`, if OpenFlow 1.0 defines it. */
export const errorName10 = (type: number, code: number): string | undefined => byNumber.get(keyOf(type, code))?.name

const members = struct({
  errorType: enumOf(u16, Object.fromEntries(errorEntries10.map((entry) => [entry.typeName, entry.type]))),
  code: u16,
  /** The start of the message that failed; for HELLO_FAILED a text. */
  data: rest,
})

/** In JSON a code shows by its name. */
const body: Codec<Infer<typeof members>> = {
  ...members,
  toJson(value) {
    const json = jsonObject(members.toJson(value), 'error')
    return { ...json, code: errorName10(value.errorType, value.code) ?? value.code }
  },
  fromJson(json, path) {
    const source = jsonObject(json, path)
    const entry = errorEntries10.find(({ name }) => name === source.code)
    return members.fromJson({ ...source, ...(entry ? { code: entry.code } : {}) }, path)
  },
}

/** Open vSwitch calls this one by its name in later versions. */
const ovsName = (name: string): string => (name === 'OFPFMFC_ALL_TABLES_FULL' ? 'OFPFMFC_TABLE_FULL' : name)

/** A request was refused, or no conversation is possible (OpenFlow 1.0 §5.4.4). */
export const error10 = messageKind({
  name: 'error',
  ofp: 'OFPT_ERROR',
  wire: { type: 1 },
  body,
  text({ errorType, code, data }, nested) {
    const name = errorName10(errorType, code)
    const title = name === undefined ? `type=${errorType} code=${code}` : ovsName(name)
    if (errorType === table.OFPHFC[0]) return ` ${title}\n${printable(data)}`
    return ` ${title}\n${nested.text(data)}`
  },
})
