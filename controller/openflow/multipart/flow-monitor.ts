import { decodeOxms, encodeOxms, match } from '../fields/match-codec.ts'
import { formatMatch, formatMatchFields } from '../fields/match-text.ts'
import type { Match } from '../fields/oxm.ts'
import { formatPort, Port } from '../fields/port-text.ts'
import { formatInstructions, instructions } from '../instructions/instructions.ts'
import { ALL_TABLES, FlowRemovedReason, flowRemovedReasonText } from '../messages/flow-mod.ts'
import { messageKind } from '../messages/kind.ts'
import { type Codec, fixed, type Infer, listOf, pad, struct } from '../wire/codec.ts'
import { ProtocolError } from '../wire/errors.ts'
import { Experimenter } from '../wire/experimenter.ts'
import type { JsonObject } from '../wire/json.ts'
import { enumOf, flagNames, flagsOf } from '../wire/names.ts'
import { oneOf, partKind } from '../wire/parts.ts'
import { u8, u16, u32, u64 } from '../wire/primitives.ts'
import type { Reader } from '../wire/reader.ts'
import type { Writer } from '../wire/writer.ts'
import { multipartHeader, withFlags } from './header.ts'

const experimenter = Experimenter.ONF
const flowMonitor = 1870

/** What to report, and how (ONF extension 187). */
export const FlowMonitorFlags = { INITIAL: 1, ADD: 2, DELETE: 4, MODIFY: 8, ACTIONS: 16, OWN: 32 } as const

const flagTexts = {
  initial: FlowMonitorFlags.INITIAL,
  add: FlowMonitorFlags.ADD,
  delete: FlowMonitorFlags.DELETE,
  modify: FlowMonitorFlags.MODIFY,
  actions: FlowMonitorFlags.ACTIONS,
  own: FlowMonitorFlags.OWN,
} as const

export interface Matching {
  readonly match: Match
  /** True where the fields stand without the header of ofp_match, as some controllers send them. */
  readonly bareMatch?: boolean
}

/** A whole ofp_match says its length a second time, after its type. */
const isWhole = (reader: Reader, length: number): boolean =>
  length >= 4 && reader.remaining >= 4 && reader.view.getUint32(reader.pos) === 0x1_0000 + length

const decodeMatching = (reader: Reader, length: number): Matching => {
  if (isWhole(reader, length)) return { match: match.decode(reader) }
  if (length > reader.remaining) throw new ProtocolError('OFPBMC_BAD_LEN', `a match of ${length} bytes`)
  const fields = decodeOxms(reader.sub(length, 'OFPBMC_BAD_LEN'))
  reader.skip((8 - (length % 8)) % 8)
  return { match: fields, bareMatch: true }
}

/** Writes the match and gives its length without padding. */
const encodeMatching = (writer: Writer, value: Matching, path: string): number => {
  const start = writer.pos
  if (!value.bareMatch) {
    match.encode(writer, value.match, path)
    return writer.view.getUint16(start + 2)
  }
  encodeOxms(writer, value.match, path)
  const length = writer.pos - start
  writer.align(start, 8)
  return length
}

interface HasLength {
  readonly matchLen: number
}

/** Members with the match's length `lengthAt` bytes from their start, then the match. */
const withMatch = <H extends HasLength>(head: Codec<H>, lengthAt: number): Codec<Omit<H, 'matchLen'> & Matching> => ({
  decode(reader) {
    const { matchLen, ...members } = head.decode(reader)
    return { ...members, ...decodeMatching(reader, matchLen) }
  },
  encode(writer, value, path) {
    const start = writer.pos
    head.encode(writer, { ...value, matchLen: 0 } as unknown as H, path)
    writer.patch16(start + lengthAt, encodeMatching(writer, value, `${path}.match`))
  },
  toJson(value) {
    const { matchLen: _, ...members } = head.toJson({ ...value, matchLen: 0 } as unknown as H) as JsonObject
    return { ...members, match: match.toJson(value.match), ...(value.bareMatch ? { bareMatch: true } : {}) }
  },
  fromJson(json, path) {
    const source = json as JsonObject
    const { matchLen: _, ...members } = head.fromJson({ ...source, matchLen: 0 }, path)
    const fields = match.fromJson(source.match ?? null, `${path}.match`)
    return { ...members, match: fields, ...(source.bareMatch === true ? { bareMatch: true } : {}) }
  },
})

/** struct onf_flow_monitor_request */
const monitor = withMatch(
  struct({
    id: u32,
    flags: flagsOf(u16, FlowMonitorFlags),
    matchLen: u16,
    /** Flows that have an output action to this port; `Port.ANY` for all. */
    outPort: u32,
    tableId: u8,
    pad: pad(3),
  }),
  6,
)

/** Which flows are to be watched, under a number of the controller's. */
export type FlowMonitor = Infer<typeof monitor>

const monitorText = ({ id, flags, outPort, tableId, match: fields }: FlowMonitor): string => {
  const matchText = formatMatchFields(fields)
  return [
    `\n id=${id} flags=${flagNames(flagTexts, flags).join(',') || '0'}`,
    outPort === Port.ANY ? '' : ` out_port=${formatPort(outPort)}`,
    tableId === ALL_TABLES ? '' : ` table=${tableId}`,
    matchText === '' ? '' : ` ${matchText}`,
  ].join('')
}

/** Asks to be told of changes of flows (ONF extension 187). */
const flowMonitorRequest = messageKind({
  name: 'flowMonitorRequest',
  ofp: 'ONFST_FLOW_MONITOR request',
  wire: { multipart: 'request', experimenter, expType: flowMonitor },
  body: struct({ ...multipartHeader, experimenter: fixed(experimenter, flowMonitor), monitors: listOf(monitor) }),
  text: withFlags(({ monitors }) => monitors.map(monitorText).join('')),
})

const fullHead = withMatch(
  struct({
    /** Why the flow has gone; zero for other events. */
    reason: enumOf(u16, FlowRemovedReason),
    priority: u16,
    idleTimeout: u16, // seconds
    hardTimeout: u16, // seconds
    matchLen: u16,
    tableId: u8,
    pad: pad(1),
    cookie: u64,
  }),
  8,
)

const rules = struct({ instructions })

/** struct onf_flow_update_full after its event */
const full: Codec<Infer<typeof fullHead> & Infer<typeof rules>> = {
  decode: (reader) => ({ ...fullHead.decode(reader), ...rules.decode(reader) }),
  encode(writer, value, path) {
    fullHead.encode(writer, value, path)
    rules.encode(writer, value, path)
  },
  toJson: (value) => ({ ...(fullHead.toJson(value) as JsonObject), ...(rules.toJson(value) as JsonObject) }),
  fromJson: (json, path) => ({ ...fullHead.fromJson(json, path), ...rules.fromJson(json, path) }),
}

/** What has become of a flow (ONF extension 187). */
const update = oneOf(
  [
    partKind('added', 0, full),
    partKind('deleted', 1, full),
    partKind('modified', 2, full),
    /** Stands for all that the controller's own message with this transaction id did. */
    partKind('abbreviated', 3, struct({ xid: u32 })),
  ],
  { lengthFirst: true, minimum: 8 },
)

/** One change of a flow: `added`, `deleted` or `modified`, or `abbreviated` for what we did ourselves. */
export type FlowUpdate = Infer<typeof update>

const updateText = (value: FlowUpdate): string => {
  if (value.type === 'unknown') return `\n event=${value.tag}`
  if (value.type === 'abbreviated') return `\n event=ABBREV xid=0x${value.xid.toString(16)}`
  const fields = formatMatch(value.match, value.priority)
  return [
    `\n event=${value.type.toUpperCase()}`,
    value.type === 'deleted' ? ` reason=${flowRemovedReasonText(value.reason)}` : '',
    ` table=${value.tableId}`,
    value.idleTimeout === 0 ? '' : ` idle_timeout=${value.idleTimeout}`,
    value.hardTimeout === 0 ? '' : ` hard_timeout=${value.hardTimeout}`,
    ` cookie=${value.cookie === 0n ? '0' : `0x${value.cookie.toString(16)}`}`,
    fields === '' ? '' : ` ${fields}`,
    value.instructions.length === 0 ? '' : ` actions=${formatInstructions(value.instructions)}`,
  ].join('')
}

/** Changes of flows: the answer to a request, and later ones unasked (ONF extension 187). */
const flowMonitorReply = messageKind({
  name: 'flowMonitorReply',
  ofp: 'ONFST_FLOW_MONITOR reply',
  wire: { multipart: 'reply', experimenter, expType: flowMonitor },
  body: struct({ ...multipartHeader, experimenter: fixed(experimenter, flowMonitor), updates: listOf(update) }),
  text: withFlags(({ updates }) => updates.map(updateText).join('')),
})

export const flowMonitorKinds = [flowMonitorRequest, flowMonitorReply] as const
