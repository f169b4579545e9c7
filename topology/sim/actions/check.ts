import type { Action } from '../../../controller/openflow/actions/actions.ts'
import { CtFlags } from '../../../controller/openflow/actions/conntrack.ts'
import type { LearnSpec } from '../../../controller/openflow/actions/learn-spec.ts'
import type { Field } from '../../../controller/openflow/fields/field.ts'
import type { Oxm } from '../../../controller/openflow/fields/oxm.ts'
import { Port } from '../../../controller/openflow/fields/port-text.ts'
import type { Subfield } from '../../../controller/openflow/fields/subfield.ts'
import { ProtocolError } from '../../../controller/openflow/wire/errors.ts'
import { places, tagPresent } from '../pipeline/layout.ts'
import { Refusal } from '../refusal.ts'
import { after, hasField, type Shape, withLearned } from './shape.ts'

/** What of a switch actions may refer to. */
export interface Referents {
  readonly hasGroup: (groupId: number) => boolean
  readonly hasMeter: (meterId: number) => boolean
  /** Numbers of ports are below this. */
  readonly ports: number
}

const refuse = (message: string): never => {
  throw new ProtocolError('OFPBAC_BAD_ARGUMENT', message)
}

const inconsistent = (message: string): never => {
  throw new ProtocolError('OFPBAC_MATCH_INCONSISTENT', message)
}

const checkPort = (port: number, { ports }: Referents): void => {
  const isReserved = port >= Port.IN_PORT && port <= Port.ANY
  if (!isReserved && port >= ports) throw new ProtocolError('OFPBAC_BAD_OUT_PORT', `port ${port}`)
}

const isKnown = (field: Field): boolean => field.variable || Object.hasOwn(places, field.key)

/** A field that an action reads must be there in the packets that the flow matches. */
const checkSource = ({ code, offset, bits }: Subfield, shape: Shape | undefined): void => {
  if (!isKnown(code.field)) throw new ProtocolError('OFPBAC_BAD_SET_TYPE', `${code.name} is not supported`)
  if (offset + bits > (code.field.variable ? code.length * 8 : code.field.bits)) refuse(`${code.name} has fewer bits`)
  if (!hasField(shape, code.field)) inconsistent(`the packets have no ${code.name}`)
}

const readOnly = (name: string) => new ProtocolError('OFPBAC_BAD_SET_ARGUMENT', `${name} cannot be written`)

const checkTarget = (target: Subfield, shape: Shape | undefined): void => {
  checkSource(target, shape)
  if (!target.code.field.writable) throw readOnly(target.code.name)
}

/** Values that fit a field's bits, and yet are none: a VLAN id without the bit that says that there is a tag. */
const checkValue = ({ code, value, mask }: Oxm): void => {
  const { limit, key } = code.field
  const isTooWide = limit >= 0 && Number(value) > limit
  const isNoTag = key === 'vlanVid' && mask === undefined && (Number(value) & tagPresent) === 0
  if (isTooWide || isNoTag) throw new ProtocolError('OFPBAC_BAD_SET_ARGUMENT', `${value} is no ${code.name}`)
}

const mostTags = 2
const vlanTypes = [0x8100, 0x88a8]
const mplsTypes = [0x8847, 0x8848]

/** Fields that the actions of ct(exec(…)) may write. */
const connectionFields = new Set(['ctMark', 'ctLabel'])

const checkCt = (action: Extract<Action, { type: 'ct' }>, shape: Shape | undefined, referents: Referents): void => {
  if (typeof action.zone !== 'number') checkSource(action.zone, shape)
  if (!hasIp(shape)) inconsistent('ct needs IP packets')
  for (const inner of action.actions) {
    if (inner.type === 'nat') continue
    const target = inner.type === 'setField' || inner.type === 'regLoad2' ? inner.oxm.field : targetOf(inner)
    if (target === undefined || !connectionFields.has(target.key)) refuse(`${inner.type} inside of ct`)
    if ((action.flags & CtFlags.COMMIT) === 0) refuse('exec needs commit')
    if (inner.type !== 'setField' && inner.type !== 'regLoad2') checkAction(inner, shape, referents)
  }
}

const targetOf = (action: Action): Field | undefined => ('dst' in action ? action.dst.code.field : undefined)

const hasIp = (shape: Shape | undefined): boolean =>
  shape === undefined || shape.ethType === 0x0800 || shape.ethType === 0x86dd

const checkConjunctions = (actions: readonly Action[]): void => {
  const some = actions.some(({ type }) => type === 'conjunction')
  if (some && actions.some(({ type }) => type !== 'conjunction' && type !== 'note')) {
    throw new Refusal('NXBAC_BAD_CONJUNCTION', 'conjunction and other actions')
  }
}

const unsupported = new Set<Action['type']>([
  'copyTtlIn',
  'copyTtlOut',
  'pushPbb',
  'popPbb',
  'encap',
  'decap',
  'decNshTtl',
  'experimenter',
])

const checkWithFields = (action: Action, shape: Shape | undefined): void => {
  switch (action.type) {
    case 'setField':
    case 'regLoad2': {
      const { code } = action.oxm
      if (!isKnown(code.field)) throw new ProtocolError('OFPBAC_BAD_SET_TYPE', `${code.name} is not supported`)
      if (!code.field.writable) throw readOnly(code.name)
      checkValue(action.oxm)
      if (!hasField(shape, code.field)) inconsistent(`the packets have no ${code.name}`)
      break
    }
    case 'regMove':
    case 'copyField':
      checkSource(action.src, shape)
      checkTarget(action.dst, shape)
      break
    case 'stackPush':
    case 'outputReg':
    case 'outputReg2':
      checkSource(action.src, shape)
      break
    case 'regLoad':
    case 'stackPop':
    case 'multipath':
    case 'bundleLoad':
    case 'checkPktLarger':
      checkTarget(action.dst, shape)
      break
    default:
  }
}

const checkHeaders = (action: Action, shape: Shape | undefined): void => {
  switch (action.type) {
    case 'pushVlan':
      if (!vlanTypes.includes(action.ethertype)) refuse(`push_vlan of type 0x${action.ethertype.toString(16)}`)
      if ((shape?.tags ?? 0) >= mostTags) throw new ProtocolError('OFPBAC_BAD_TAG', `more than ${mostTags} tags`)
      break
    case 'popVlan':
      if (shape?.tags === 0) inconsistent('pop_vlan needs a match on a tag')
      break
    case 'pushMpls':
      if (!mplsTypes.includes(action.ethertype)) refuse(`push_mpls of type 0x${action.ethertype.toString(16)}`)
      break
    case 'popMpls':
    case 'setMplsTtl':
    case 'decMplsTtl':
    case 'setMplsLabel':
    case 'setMplsTc':
      if (shape && !mplsTypes.includes(shape.ethType ?? 0)) inconsistent(`${action.type} needs MPLS packets`)
      break
    case 'setNwTtl':
    case 'decNwTtl':
    case 'decTtlCntIds':
      if (!hasIp(shape)) inconsistent(`${action.type} needs IP packets`)
      break
    default:
  }
}

/** What a learned flow matches must have its prerequisites from what it matched before. */
const checkLearn = (specs: readonly LearnSpec[], shape: Shape | undefined): void => {
  let learned: Shape = { ethType: undefined, ipProto: undefined, icmpv6Type: undefined, tags: 0, isLater: false }
  for (const spec of specs) {
    if (typeof spec.src !== 'bigint') checkSource(spec.src, shape)
    if (spec.type === 'match') {
      if (!hasField(learned, spec.dst.code.field))
        inconsistent(`the learned match lacks what ${spec.dst.code.name} needs`)
      learned = withLearned(learned, spec.src, spec.dst)
    } else if (spec.type === 'load') checkTarget(spec.dst, undefined)
  }
}

const checkAction = (action: Action, shape: Shape | undefined, referents: Referents): void => {
  if (unsupported.has(action.type)) throw new ProtocolError('OFPBAC_BAD_TYPE', `${action.type} is not supported`)
  checkWithFields(action, shape)
  checkHeaders(action, shape)
  if (action.type === 'output' || action.type === 'outputTrunc') checkPort(action.port, referents)
  else if (action.type === 'group' && !referents.hasGroup(action.groupId)) {
    throw new ProtocolError('OFPBAC_BAD_OUT_GROUP', `group ${action.groupId}`)
  } else if (action.type === 'nat') throw new ProtocolError('OFPBAC_BAD_SET_ARGUMENT', 'nat outside of ct')
  else if (action.type === 'ct') checkCt(action, shape, referents)
  else if (action.type === 'learn' || action.type === 'learn2') checkLearn(action.specs, shape)
  else if (action.type === 'clone') checkActions(action.actions, shape, referents)
}

/**
 * Checks actions for packets of a shape; of an undefined one nothing is known, and all may be done.
 *
 * @returns what packets are after the actions
 * @throws ProtocolError or Refusal for the first action that the switch cannot do
 */
export const checkActions = (
  actions: readonly Action[],
  shape: Shape | undefined,
  referents: Referents,
): Shape | undefined => {
  checkConjunctions(actions)
  let now = shape
  for (const action of actions) {
    checkAction(action, now, referents)
    now = after(now, action)
  }
  return now
}
