import { type Action, actions, formatActions } from '../actions/actions.ts'
import { formatPort, Port } from '../fields/port-text.ts'
import { type Codec, checkLength, listOf, pad, struct } from '../wire/codec.ts'
import { ProtocolError } from '../wire/errors.ts'
import { u16, u32 } from '../wire/primitives.ts'

/** Group types (OpenFlow 1.3.5 §7.3.4.2). */
export const GroupType = { ALL: 0, SELECT: 1, INDIRECT: 2, FAST_FAILOVER: 3 } as const

/** The largest group number, and those that stand for all or any groups (OpenFlow 1.3.5 §7.3.4.2). */
export const Group = { MAX: 0xffffff00, ALL: 0xfffffffc, ANY: 0xffffffff } as const

/** One bucket of a group: actions, and when they are taken (OpenFlow 1.3.5 §7.3.4.2). */
export interface Bucket {
  /** Share of the flows, in select groups only. */
  readonly weight: number
  /** Port that keeps the bucket alive, in fast failover groups; `Port.ANY` for none. */
  readonly watchPort: number
  /** Group that keeps the bucket alive, in fast failover groups; `Group.ANY` for none. */
  readonly watchGroup: number
  readonly actions: readonly Action[]
}

const body = struct({ weight: u16, watchPort: u32, watchGroup: u32, pad: pad(4), actions })

/** struct ofp_bucket (OpenFlow 1.3.5 §7.3.4.2) */
const bucket: Codec<Bucket> = {
  ...body,
  decode(reader) {
    const length = reader.u16()
    if (length < 16 || length - 2 > reader.remaining) {
      throw new ProtocolError('OFPGMFC_BAD_BUCKET', `a bucket of ${length} bytes, ${reader.remaining + 2} left`)
    }
    return body.decode(reader.sub(length - 2, 'OFPBAC_BAD_LEN'))
  },
  encode(writer, value, path) {
    const start = writer.pos
    writer.u16(0)
    body.encode(writer, value, path)
    writer.patch16(start, checkLength(writer.pos - start, path))
  },
}

export const buckets = listOf(bucket)

const typeNames = ['all', 'select', 'indirect', 'ff']

/** `all`, `select`, `indirect` or `ff`. */
export const groupTypeText = (groupType: number): string => typeNames[groupType] ?? String(groupType)

const formatBucket = (groupType: number, value: Bucket): string => {
  const weight = groupType === GroupType.SELECT ? value.weight !== 1 : value.weight !== 0
  return [
    weight ? `weight:${value.weight},` : '',
    value.watchPort === Port.ANY ? '' : `watch_port:${formatPort(value.watchPort)},`,
    value.watchGroup === Group.ANY ? '' : `watch_group:${value.watchGroup},`,
    `actions=${formatActions(value.actions)}`,
  ].join('')
}

/** `,bucket=weight:10,actions=output:1,bucket=…`: the part of a group's text after its type. */
export const formatBuckets = (groupType: number, values: readonly Bucket[]): string =>
  values.map((value) => `,bucket=${formatBucket(groupType, value)}`).join('')
