import { actions, formatActions } from '../actions/actions.ts'
import { pad, struct } from '../wire/codec.ts'
import { ProtocolError } from '../wire/errors.ts'
import { toHex } from '../wire/json.ts'
import { type Part, partKind } from '../wire/parts.ts'
import { bytes, rest, u8, u32, u64 } from '../wire/primitives.ts'
import { loose, properties } from '../wire/property.ts'
import { Reader } from '../wire/reader.ts'

/** What Open vSwitch 3.1 puts into a continuation (nx_continuation_prop_type); only its text uses it. */
const kinds = [
  partKind('bridge', 0x8000, struct({ uuid: bytes(16) })),
  partKind('stack', 0x8001, struct({ value: rest })),
  partKind('mirrors', 0x8002, struct({ mirrors: u32 })),
  partKind('conntracked', 0x8003, struct({})),
  partKind('tableId', 0x8004, struct({ tableId: loose(u8) })),
  partKind('cookie', 0x8005, struct({ pad: pad(4), cookie: u64 })),
  partKind('actions', 0x8006, struct({ pad: pad(4), actions })),
  partKind('actionSet', 0x8007, struct({ pad: pad(4), actions })),
  partKind('odpPort', 0x8008, struct({ port: u32 })),
] as const

type State = Part<typeof kinds>
const states = properties(kinds)

/** Open vSwitch writes the four words of a UUID in the byte order of its machine, here little-endian. */
const uuidText = (uuid: Uint8Array): string => {
  const view = new DataView(uuid.buffer, uuid.byteOffset, uuid.byteLength)
  const words = [0, 4, 8, 12].map((at) => view.getUint32(at, true).toString(16).padStart(8, '0'))
  return words.join('').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

const bare = (value: Uint8Array): string => {
  const digits = toHex(value).replace(/^0+/, '')
  return digits === '' ? '0' : `0x${digits}`
}

/** Each list of actions belongs to the table and cookie that stand before it. */
const actionsText = (list: readonly State[]): string => {
  let tableId = 0
  let cookie = 0n
  const texts: string[] = []
  for (const state of list) {
    if (state.type === 'tableId') tableId = state.tableId
    else if (state.type === 'cookie') cookie = state.cookie
    else if (state.type === 'actions') {
      texts.push(`unroll_xlate(table=${tableId}, cookie=${cookie})`)
      if (state.actions.length > 0) texts.push(formatActions(state.actions))
    }
  }
  return texts.join(',')
}

/** What is not set stands as zero and is not shown. */
const line = (name: string, value: string): string[] =>
  /^[0-]*$/.test(value) ? [] : [` continuation.${name}=${value}`]

const lines = (list: readonly State[]): string[] => {
  const stack = list.flatMap((state) => (state.type === 'stack' ? [bare(state.value)] : []))
  const actionSet = list.flatMap((state) => (state.type === 'actionSet' ? state.actions : []))
  const bridge = list.findLast((state) => state.type === 'bridge')
  const mirrors = list.findLast((state) => state.type === 'mirrors')
  const port = list.findLast((state) => state.type === 'odpPort')
  return [
    ...line('bridge', bridge ? uuidText(bridge.uuid) : ''),
    ...line('stack', stack.length === 0 ? '' : `(top) ${stack.join(' ')} (bottom)`),
    ...line('mirrors', mirrors && mirrors.mirrors !== 0 ? `0x${mirrors.mirrors.toString(16)}` : ''),
    ...line('conntracked', list.some((state) => state.type === 'conntracked') ? 'true' : ''),
    ...line('actions', actionsText(list)),
    ...line('action_set', actionSet.length === 0 ? '' : formatActions(actionSet)),
    ...line('odp_port', String(port?.port ?? 0)),
  ]
}

/** A continuation as ovs-ofctl prints it, or in hexadecimal where it is not of Open vSwitch 3.1. */
export const continuationLines = (continuation: Uint8Array): readonly string[] => {
  try {
    return lines(states.decode(Reader.of(continuation)))
  } catch (error) {
    if (error instanceof ProtocolError) return [` continuation=${toHex(continuation)}`]
    throw error
  }
}
