import type { Action } from '../actions/actions.ts'
import type { Match, Oxm } from '../fields/oxm.ts'
import { Port } from '../fields/port-text.ts'
import type { FieldKey } from '../fields/rows.ts'
import { prefixLength } from '../fields/value-text.ts'
import type { FlowMod } from '../messages/flow-mod.ts'
import { EncodeError } from '../wire/errors.ts'
import type { Action10 } from './actions.ts'
import { type FlowMod10, knownFlags10 } from './flow.ts'
import { type Match10, type MutableMatch, NO_VLAN, type PlainKey } from './match.ts'
import { Port10 } from './ports.ts'

/** Set in vlan_vid where there is a tag (OpenFlow 1.3.5 §7.2.3.7). */
const vlanPresent = 0x1000

/**
 * A port's number of OpenFlow 1.0, where the reserved ones have 16 bits.
 *
 * @throws EncodeError for a number that it does not have
 */
const port10 = (port: number, path: string): number => {
  if (port < Port10.MAX || port >= Port.IN_PORT) return port & 0xffff
  throw new EncodeError(path, `OpenFlow 1.0 has no port ${port}`)
}

const vlanOf = (vid: number): number => ((vid & vlanPresent) === 0 ? NO_VLAN : vid & ~vlanPresent)

/** Fields that are matched whole or not at all: where each stands in 1.0, and its value there. */
const plain: { readonly [K in FieldKey]?: readonly [key: PlainKey, value: (value: number) => number] } = {
  inPort: ['inPort', (value) => port10(value, 'match.inPort')],
  ethSrc: ['dlSrc', Number],
  ethDst: ['dlDst', Number],
  ethType: ['dlType', Number],
  vlanVid: ['dlVlan', vlanOf],
  vlanPcp: ['dlVlanPcp', Number],
  ipDscp: ['nwTos', (value) => value << 2],
  ipProto: ['nwProto', Number],
  arpOp: ['nwProto', Number],
  ...{ tcpSrc: ['tpSrc', Number], udpSrc: ['tpSrc', Number], icmpv4Type: ['tpSrc', Number] },
  ...{ tcpDst: ['tpDst', Number], udpDst: ['tpDst', Number], icmpv4Code: ['tpDst', Number] },
}

/** Addresses, of which the first bits are matched. */
const prefixes: { readonly [K in FieldKey]?: 'nwSrc' | 'nwDst' } = {
  ...{ ipv4Src: 'nwSrc', arpSpa: 'nwSrc', ipv4Dst: 'nwDst', arpTpa: 'nwDst' },
}

const addField = (match: MutableMatch, { field, value, mask }: Oxm): void => {
  const key = field.key as FieldKey
  const address = prefixes[key]
  const prefix = mask === undefined ? 32 : prefixLength(mask, 32)
  const whole = mask === undefined ? plain[key] : undefined
  if (address && prefix !== undefined && prefix > 0) match[address] = { address: Number(value), prefix }
  else if (whole) match[whole[0]] = whole[1](Number(value))
  else throw new EncodeError(`match.${key}`, `OpenFlow 1.0 cannot match this${mask === undefined ? '' : ' mask'}`)
}

const match10 = (match: Match): Match10 => {
  const old: MutableMatch = {}
  for (const oxm of match) addField(old, oxm)
  return old
}

/** Fields that a packet can be given other values of. */
const setters: { readonly [K in FieldKey]?: (value: number) => Action10 } = {
  ethSrc: (address) => ({ type: 'setDlSrc', address }),
  ethDst: (address) => ({ type: 'setDlDst', address }),
  vlanVid: (vid) => ({ type: 'setVlanVid', vlanVid: vid & ~vlanPresent }),
  vlanPcp: (vlanPcp) => ({ type: 'setVlanPcp', vlanPcp }),
  ipv4Src: (address) => ({ type: 'setNwSrc', address }),
  ipv4Dst: (address) => ({ type: 'setNwDst', address }),
  ipDscp: (dscp) => ({ type: 'setNwTos', nwTos: dscp << 2 }),
  tcpSrc: (port) => ({ type: 'setTpSrc', port }),
  udpSrc: (port) => ({ type: 'setTpSrc', port }),
  tcpDst: (port) => ({ type: 'setTpDst', port }),
  udpDst: (port) => ({ type: 'setTpDst', port }),
}

const action10 = (action: Action, path: string): Action10 => {
  if (action.type === 'output') {
    return { type: 'output', port: port10(action.port, `${path}.port`), maxLen: action.maxLen }
  }
  if (action.type === 'popVlan') return { type: 'stripVlan' }
  const set = action.type === 'setField' && action.oxm.mask === undefined && setters[action.oxm.field.key as FieldKey]
  if (set) return set(Number(action.oxm.value))
  throw new EncodeError(`${path}.${action.type}`, 'OpenFlow 1.0 has no such action')
}

/**
 * The same actions in OpenFlow 1.0.
 *
 * @throws EncodeError naming the action that it does not have
 */
export const actionsFrom13 = (list: readonly Action[]): Action10[] =>
  list.map((action, index) => action10(action, `actions[${index}]`))

/**
 * The same flow in OpenFlow 1.0, which has one table and no instructions.
 *
 * @throws EncodeError naming what cannot be said there
 */
export const flowFrom13 = (flow: FlowMod): FlowMod10 => {
  const { xid, command, cookie, idleTimeout, hardTimeout, priority, bufferId, flags } = flow
  if (flow.tableId !== 0) throw new EncodeError('tableId', 'OpenFlow 1.0 has table 0 only')
  const actions = flow.instructions.flatMap((instruction, index) => {
    if (instruction.type === 'applyActions') return instruction.actions
    throw new EncodeError(`instructions[${index}].${instruction.type}`, 'OpenFlow 1.0 has actions only')
  })
  return {
    ...({ type: 'flowMod', xid, command, cookie, idleTimeout, hardTimeout, priority, bufferId } as const),
    match: match10(flow.match),
    outPort: port10(flow.outPort, 'outPort'),
    flags: flags & knownFlags10,
    actions: actionsFrom13(actions),
  }
}
