/**
 * Every error type and code of OpenFlow 1.3.5 §7.4.4, by the name the standard gives it.
 * A code's number is its place in the list.
 */
const standard = {
  OFPHFC: [0, 'HELLO_FAILED', ['INCOMPATIBLE', 'EPERM']],
  OFPBRC: [
    1,
    'BAD_REQUEST',
    [
      'BAD_VERSION',
      'BAD_TYPE',
      'BAD_MULTIPART',
      'BAD_EXPERIMENTER',
      'BAD_EXP_TYPE',
      'EPERM',
      'BAD_LEN',
      'BUFFER_EMPTY',
      'BUFFER_UNKNOWN',
      'BAD_TABLE_ID',
      'IS_SLAVE',
      'BAD_PORT',
      'BAD_PACKET',
      'MULTIPART_BUFFER_OVERFLOW',
    ],
  ],
  OFPBAC: [
    2,
    'BAD_ACTION',
    [
      'BAD_TYPE',
      'BAD_LEN',
      'BAD_EXPERIMENTER',
      'BAD_EXP_TYPE',
      'BAD_OUT_PORT',
      'BAD_ARGUMENT',
      'EPERM',
      'TOO_MANY',
      'BAD_QUEUE',
      'BAD_OUT_GROUP',
      'MATCH_INCONSISTENT',
      'UNSUPPORTED_ORDER',
      'BAD_TAG',
      'BAD_SET_TYPE',
      'BAD_SET_LEN',
      'BAD_SET_ARGUMENT',
    ],
  ],
  OFPBIC: [
    3,
    'BAD_INSTRUCTION',
    [
      'UNKNOWN_INST',
      'UNSUP_INST',
      'BAD_TABLE_ID',
      'UNSUP_METADATA',
      'UNSUP_METADATA_MASK',
      'BAD_EXPERIMENTER',
      'BAD_EXP_TYPE',
      'BAD_LEN',
      'EPERM',
    ],
  ],
  OFPBMC: [
    4,
    'BAD_MATCH',
    [
      'BAD_TYPE',
      'BAD_LEN',
      'BAD_TAG',
      'BAD_DL_ADDR_MASK',
      'BAD_NW_ADDR_MASK',
      'BAD_WILDCARDS',
      'BAD_FIELD',
      'BAD_VALUE',
      'BAD_MASK',
      'BAD_PREREQ',
      'DUP_FIELD',
      'EPERM',
    ],
  ],
  OFPFMFC: [
    5,
    'FLOW_MOD_FAILED',
    ['UNKNOWN', 'TABLE_FULL', 'BAD_TABLE_ID', 'OVERLAP', 'EPERM', 'BAD_TIMEOUT', 'BAD_COMMAND', 'BAD_FLAGS'],
  ],
  OFPGMFC: [
    6,
    'GROUP_MOD_FAILED',
    [
      'GROUP_EXISTS',
      'INVALID_GROUP',
      'WEIGHT_UNSUPPORTED',
      'OUT_OF_GROUPS',
      'OUT_OF_BUCKETS',
      'CHAINING_UNSUPPORTED',
      'WATCH_UNSUPPORTED',
      'LOOP',
      'UNKNOWN_GROUP',
      'CHAINED_GROUP',
      'BAD_TYPE',
      'BAD_COMMAND',
      'BAD_BUCKET',
      'BAD_WATCH',
      'EPERM',
    ],
  ],
  OFPPMFC: [7, 'PORT_MOD_FAILED', ['BAD_PORT', 'BAD_HW_ADDR', 'BAD_CONFIG', 'BAD_ADVERTISE', 'EPERM']],
  OFPTMFC: [8, 'TABLE_MOD_FAILED', ['BAD_TABLE', 'BAD_CONFIG', 'EPERM']],
  OFPQOFC: [9, 'QUEUE_OP_FAILED', ['BAD_PORT', 'BAD_QUEUE', 'EPERM']],
  OFPSCFC: [10, 'SWITCH_CONFIG_FAILED', ['BAD_FLAGS', 'BAD_LEN', 'EPERM']],
  OFPRRFC: [11, 'ROLE_REQUEST_FAILED', ['STALE', 'UNSUP', 'BAD_ROLE']],
  OFPMMFC: [
    12,
    'METER_MOD_FAILED',
    [
      'UNKNOWN',
      'METER_EXISTS',
      'INVALID_METER',
      'UNKNOWN_METER',
      'BAD_COMMAND',
      'BAD_FLAGS',
      'BAD_RATE',
      'BAD_BURST',
      'BAD_BAND',
      'BAD_BAND_VALUE',
      'OUT_OF_METERS',
      'OUT_OF_BANDS',
    ],
  ],
  OFPTFFC: [13, 'TABLE_FEATURES_FAILED', ['BAD_TABLE', 'BAD_METADATA', 'BAD_TYPE', 'BAD_LEN', 'BAD_ARGUMENT', 'EPERM']],
} as const

type Standard = typeof standard
type Prefix = keyof Standard

/** The name of a standard error code, such as `OFPBRC_BAD_LEN`. */
export type ErrorName = { [P in Prefix]: `${P}_${Standard[P][2][number]}` }[Prefix]

/** One standard error: its wire numbers and names. */
export interface ErrorEntry {
  readonly type: number
  readonly code: number
  readonly name: ErrorName
  /** The error type's name, such as `BAD_REQUEST`. */
  readonly typeName: string
}

/** Error types of a version: the prefix of its codes' names, its number, its name, its codes in order. */
export type ErrorTable = Readonly<Record<string, readonly [type: number, typeName: string, codes: readonly string[]]>>

/** The errors of a table one by one. */
export const entriesOf = (table: ErrorTable): (Omit<ErrorEntry, 'name'> & { readonly name: string })[] =>
  Object.entries(table).flatMap(([prefix, [type, typeName, codes]]) =>
    codes.map((code, index) => ({ type, code: index, name: `${prefix}_${code}`, typeName })),
  )

export const errorEntries = entriesOf(standard) as readonly ErrorEntry[]

const byName = new Map(errorEntries.map((entry) => [entry.name, entry]))
const byNumber = new Map(errorEntries.map((entry) => [(entry.type << 16) | entry.code, entry]))

/** The wire numbers of a named error. */
export const errorByName = (name: ErrorName): ErrorEntry => byName.get(name) as ErrorEntry

/** The standard error with these wire numbers, if OpenFlow 1.3 defines one. */
export const errorByNumber = (type: number, code: number): ErrorEntry | undefined => byNumber.get((type << 16) | code)
