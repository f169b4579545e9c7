import { messageKind } from '../messages/kind.ts'
import { type Codec, struct } from '../wire/codec.ts'
import { EncodeError } from '../wire/errors.ts'
import { flagsOf } from '../wire/names.ts'
import { u32 } from '../wire/primitives.ts'
import { actionNamesText } from './action-names.ts'
import { bareRequest, multipartHeader, withFlags } from './header.ts'

/** Bits of the group types, by GroupType (OpenFlow 1.3.5 §7.3.5.11). */
export const GroupTypes = { ALL: 1, SELECT: 2, INDIRECT: 4, FAST_FAILOVER: 8 } as const

/** What groups can do besides their types (OpenFlow 1.3.5 §7.3.5.11). */
export const GroupCapabilities = { SELECT_WEIGHT: 1, SELECT_LIVENESS: 2, CHAINING: 4, CHAINING_CHECKS: 8 } as const

const typeTexts = ['all', 'select', 'indirect', 'fast failover']

/** One 32-bit number for each group type. */
const perType: Codec<readonly number[]> = {
  decode: (reader) => typeTexts.map(() => reader.u32()),
  encode(writer, values, path) {
    if (values.length !== typeTexts.length) throw new EncodeError(path, `${typeTexts.length} numbers are expected`)
    for (const [index, value] of values.entries()) u32.encode(writer, value, `${path}[${index}]`)
  },
  toJson: (values) => [...values],
  fromJson(json, path) {
    if (!Array.isArray(json)) throw new EncodeError(path, 'a list is expected')
    return json.map((value, index) => u32.fromJson(value, `${path}[${index}]`))
  },
}

/** OpenFlow 1.3.5 §7.3.5.11 */
const groupFeaturesRequest = bareRequest('groupFeaturesRequest', 'OFPST_GROUP_FEATURES request', 8)

/** OpenFlow 1.3.5 §7.3.5.11 */
const groupFeaturesReply = messageKind({
  name: 'groupFeaturesReply',
  ofp: 'OFPST_GROUP_FEATURES reply',
  wire: { multipart: 'reply', part: 8 },
  body: struct({
    ...multipartHeader,
    types: flagsOf(u32, GroupTypes),
    capabilities: flagsOf(u32, GroupCapabilities),
    /** By GroupType. */
    maxGroups: perType,
    /** Bit n says that the type's buckets can hold actions of type n; by GroupType. */
    actions: perType,
  }),
  text: withFlags(({ types, capabilities, maxGroups, actions }) =>
    [
      `\n Group table:\n    Types:  0x${types.toString(16)}\n    Capabilities:  0x${capabilities.toString(16)}`,
      ...typeTexts.map((name, index) => {
        if ((types & (1 << index)) === 0) return ''
        const bits = actions[index] ?? 0
        const names = actionNamesText((type) => (bits & (1 << type)) !== 0)
        const maximum = maxGroups[index] ?? 0
        return (
          `\n    ${name} group:\n       max_groups=${maximum === 0 ? '0' : `0x${maximum.toString(16)}`}` +
          `\n       actions: ${names === '' ? '<none>' : names}`
        )
      }),
    ].join(''),
  ),
})

export const groupFeaturesKinds = [groupFeaturesRequest, groupFeaturesReply] as const
