import type { Action } from '../../../controller/openflow/actions/actions.ts'
import type { Field } from '../../../controller/openflow/fields/field.ts'
import { matchField } from '../../../controller/openflow/fields/match.ts'
import type { Match } from '../../../controller/openflow/fields/oxm.ts'
import { prerequisites } from '../../../controller/openflow/fields/prerequisites.ts'
import type { Prerequisite } from '../../../controller/openflow/fields/row.ts'
import type { Subfield } from '../../../controller/openflow/fields/subfield.ts'
import { Fragment, tagPresent } from '../pipeline/layout.ts'

/** What a match, and the actions so far, say of the headers of a flow's packets. */
export interface Shape {
  readonly ethType: number | undefined
  readonly ipProto: number | undefined
  readonly icmpv6Type: number | undefined
  /** Tags that packets are known to have. */
  readonly tags: number
  /** True for later fragments, which have no upper layer. */
  readonly isLater: boolean
}

const exact = (match: Match, key: 'ethType' | 'ipProto' | 'icmpv6Type'): number | undefined => {
  const oxm = matchField(match, key)
  return oxm === undefined || oxm.mask !== undefined ? undefined : Number(oxm.value)
}

const hasTag = (match: Match): boolean => {
  const oxm = matchField(match, 'vlanVid') ?? matchField(match, 'vlanTci')
  return oxm !== undefined && (Number(oxm.value) & Number(oxm.mask ?? tagPresent) & tagPresent) !== 0
}

/** Whether a match is on later fragments only. */
export const isLaterFragment = (match: Match): boolean =>
  (Number(matchField(match, 'ipFrag')?.value ?? 0) & Fragment.LATER) !== 0

export const shapeOf = (match: Match): Shape => ({
  ethType: exact(match, 'ethType'),
  ipProto: exact(match, 'ipProto'),
  icmpv6Type: exact(match, 'icmpv6Type'),
  tags: hasTag(match) ? 1 : 0,
  isLater: isLaterFragment(match),
})

const fieldValue = (shape: Shape, key: string): number | undefined =>
  key === 'ethType' || key === 'ipProto' || key === 'icmpv6Type' ? shape[key] : undefined

/** Prerequisites that later fragments do not meet; Open vSwitch lets ICMP's pass. */
const upper = new Set<Prerequisite>(['tcp', 'udp', 'sctp'])

export const needsUpper = ({ prerequisite }: Field): boolean => upper.has(prerequisite)

/** Whether packets of a shape have a field (OpenFlow 1.3.5 §7.2.3.8). */
export const hasField = (shape: Shape | undefined, { prerequisite }: Field): boolean => {
  if (shape === undefined || prerequisite === 'conntrack') return true
  if (prerequisite === 'vlan') return shape.tags > 0
  if (shape.isLater && upper.has(prerequisite)) return false
  for (let rule = prerequisites[prerequisite]; rule !== null; rule = prerequisites[rule.after]) {
    const value = fieldValue(shape, rule.key)
    const values: readonly number[] = rule.values
    if (value === undefined || !values.includes(value)) return false
  }
  return true
}

/** The shape after an action. */
export const after = (shape: Shape | undefined, action: Action): Shape | undefined => {
  if (shape === undefined) return undefined
  switch (action.type) {
    case 'pushVlan':
      return { ...shape, tags: shape.tags + 1 }
    case 'setVlanVid':
    case 'setVlanPcp':
      return { ...shape, tags: Math.max(shape.tags, 1) }
    case 'popVlan':
      return { ...shape, tags: shape.tags - 1 }
    case 'pushMpls':
    case 'popMpls':
      return { ...shape, ethType: action.ethertype, ipProto: undefined, icmpv6Type: undefined }
    default:
      return shape
  }
}

/** The shape of what a learned flow matches, after one more of its fields. */
export const withLearned = (shape: Shape, src: Subfield | bigint, { code }: Subfield): Shape => {
  const { key } = code.field
  if (key === 'vlanVid' || key === 'vlanTci') return { ...shape, tags: 1 }
  const isNamed = key === 'ethType' || key === 'ipProto' || key === 'icmpv6Type'
  return isNamed && typeof src === 'bigint' ? { ...shape, [key]: Number(src) } : shape
}
