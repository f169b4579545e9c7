import { decodeMatch, match } from '../fields/match-codec.ts'
import { formatMatch, formatMatchFields } from '../fields/match-text.ts'
import type { Match } from '../fields/oxm.ts'
import { formatPort, Port } from '../fields/port-text.ts'
import { formatInstructions, type Instruction, instructions } from '../instructions/instructions.ts'
import { Group } from '../messages/bucket.ts'
import { ALL_TABLES, durationText, FlowModFlags, flowFlagText } from '../messages/flow-mod.ts'
import { messageKind } from '../messages/kind.ts'
import { type Codec, checkLength, listOf, pad, struct } from '../wire/codec.ts'
import type { JsonObject } from '../wire/json.ts'
import { flagNames, flagsOf } from '../wire/names.ts'
import { u8, u16, u32, u64 } from '../wire/primitives.ts'
import type { Reader } from '../wire/reader.ts'
import { counterText, multipartHeader, withFlags } from './header.ts'

/** struct ofp_flow_stats_request (OpenFlow 1.3.5 §7.3.5.2), after which the aggregate request is the same. */
const requestBody = struct({
  ...multipartHeader,
  tableId: u8,
  pad: pad(3),
  outPort: u32,
  outGroup: u32,
  pad2: pad(4),
  cookie: u64,
  cookieMask: u64,
  match,
})

type RequestBody = ReturnType<typeof requestBody.decode>

/** What of a request is no match field; ofp-print leaves out the cookie and the group. */
const requestText = ({ tableId, outPort, outGroup, cookie, cookieMask, match: fields }: RequestBody): string =>
  [
    tableId === ALL_TABLES ? '' : `table=${tableId}`,
    outPort === Port.ANY ? '' : `out_port=${formatPort(outPort)}`,
    outGroup === Group.ANY || outGroup === 0 ? '' : `out_group=${outGroup}`,
    cookieMask === 0n ? '' : `cookie=0x${cookie.toString(16)}/0x${cookieMask.toString(16)}`,
    formatMatchFields(fields),
  ]
    .filter((part) => part !== '')
    .map((part) => ` ${part}`)
    .join('')

/** OpenFlow 1.3.5 §7.3.5.2 */
const flowStatsRequest = messageKind({
  name: 'flowStatsRequest',
  ofp: 'OFPST_FLOW request',
  wire: { multipart: 'request', part: 1 },
  body: requestBody,
  text: withFlags(requestText),
})

/** A flow of a table, with its counters and age (OpenFlow 1.3.5 §7.3.5.2). */
export interface FlowStats {
  readonly tableId: number
  readonly durationSec: number
  /** Nanoseconds beyond `durationSec`. */
  readonly durationNsec: number
  readonly priority: number
  /** Seconds. */
  readonly idleTimeout: number
  /** Seconds. */
  readonly hardTimeout: number
  readonly flags: number
  readonly cookie: bigint
  readonly packetCount: bigint
  readonly byteCount: bigint
  readonly match: Match
  readonly instructions: readonly Instruction[]
}

/** Bytes of struct ofp_flow_stats before its match. */
const fixedLength = 48
const minimumLength = fixedLength + 8

/** Straight-line, as a switch's whole table may come through here. */
const decodeFlow = (reader: Reader): FlowStats => {
  const at = reader.take(fixedLength)
  const { view } = reader
  const length = view.getUint16(at)
  if (length < minimumLength) reader.fail(`a flow of ${length} bytes, at least ${minimumLength}`)
  const tail = reader.sub(length - fixedLength)
  return {
    tableId: view.getUint8(at + 2),
    durationSec: view.getUint32(at + 4),
    durationNsec: view.getUint32(at + 8),
    priority: view.getUint16(at + 12),
    idleTimeout: view.getUint16(at + 14),
    hardTimeout: view.getUint16(at + 16),
    flags: view.getUint16(at + 18),
    cookie: view.getBigUint64(at + 24),
    packetCount: view.getBigUint64(at + 32),
    byteCount: view.getBigUint64(at + 40),
    match: decodeMatch(tail),
    instructions: instructions.decode(tail),
  }
}

/** The members before the match, for all that need not be fast. */
const fixedPart = struct({
  tableId: u8,
  pad: pad(1),
  durationSec: u32,
  durationNsec: u32,
  priority: u16,
  idleTimeout: u16,
  hardTimeout: u16,
  flags: flagsOf(u16, FlowModFlags),
  pad2: pad(4),
  cookie: u64,
  packetCount: u64,
  byteCount: u64,
})

const rulePart = struct({ match, instructions })

/** struct ofp_flow_stats (OpenFlow 1.3.5 §7.3.5.2) */
const flow: Codec<FlowStats> = {
  decode: decodeFlow,
  encode(writer, value, path) {
    const start = writer.pos
    writer.u16(0)
    fixedPart.encode(writer, value, path)
    rulePart.encode(writer, value, path)
    writer.patch16(start, checkLength(writer.pos - start, path))
  },
  toJson: (value) => ({ ...(fixedPart.toJson(value) as JsonObject), ...(rulePart.toJson(value) as JsonObject) }),
  fromJson: (json, path) => ({ ...fixedPart.fromJson(json, path), ...rulePart.fromJson(json, path) }),
}

/** A flow in a line of `ovs-ofctl dump-flows`. */
const formatFlowStats = (value: FlowStats): string => {
  const fields = formatMatch(value.match, value.priority)
  return [
    `cookie=0x${value.cookie.toString(16)}, duration=${durationText(value.durationSec, value.durationNsec)}, `,
    `table=${value.tableId}, n_packets=${counterText(value.packetCount)}, n_bytes=${counterText(value.byteCount)}, `,
    value.idleTimeout === 0 ? '' : `idle_timeout=${value.idleTimeout}, `,
    value.hardTimeout === 0 ? '' : `hard_timeout=${value.hardTimeout}, `,
    ...flagNames(flowFlagText, value.flags).map((name) => `${name} `),
    fields === '' ? '' : `${fields} `,
    `actions=${formatInstructions(value.instructions)}`,
  ].join('')
}

/** OpenFlow 1.3.5 §7.3.5.2 */
const flowStatsReply = messageKind({
  name: 'flowStatsReply',
  ofp: 'OFPST_FLOW reply',
  wire: { multipart: 'reply', part: 1 },
  body: struct({ ...multipartHeader, flows: listOf(flow) }),
  text: withFlags(({ flows }) => flows.map((value) => `\n ${formatFlowStats(value)}`).join('')),
})

/** OpenFlow 1.3.5 §7.3.5.3 */
const aggregateStatsRequest = messageKind({
  name: 'aggregateStatsRequest',
  ofp: 'OFPST_AGGREGATE request',
  wire: { multipart: 'request', part: 2 },
  body: requestBody,
  text: withFlags(requestText),
})

/** OpenFlow 1.3.5 §7.3.5.3 */
const aggregateStatsReply = messageKind({
  name: 'aggregateStatsReply',
  ofp: 'OFPST_AGGREGATE reply',
  wire: { multipart: 'reply', part: 2 },
  body: struct({ ...multipartHeader, packetCount: u64, byteCount: u64, flowCount: u32, pad: pad(4) }),
  text: withFlags(
    (body) => ` packet_count=${body.packetCount} byte_count=${body.byteCount} flow_count=${body.flowCount}`,
  ),
})

export const flowStatsKinds = [flowStatsRequest, flowStatsReply, aggregateStatsRequest, aggregateStatsReply] as const
