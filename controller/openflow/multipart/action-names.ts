import { ActionType } from './type-id.ts'

/** Actions in the order and with the names that ovs-ofctl prints in tables of features. */
const actionNames: readonly (readonly [type: number, name: string])[] = [
  [ActionType.OUTPUT, 'output'],
  [ActionType.GROUP, 'group'],
  [ActionType.SET_FIELD, 'set_field'],
  [ActionType.POP_VLAN, 'strip_vlan'],
  [ActionType.PUSH_VLAN, 'push_vlan'],
  [ActionType.SET_NW_TTL, 'mod_nw_ttl'],
  [ActionType.DEC_NW_TTL, 'dec_ttl'],
  [ActionType.SET_MPLS_TTL, 'set_mpls_ttl'],
  [ActionType.DEC_MPLS_TTL, 'dec_mpls_ttl'],
  [ActionType.PUSH_MPLS, 'push_mpls'],
  [ActionType.POP_MPLS, 'pop_mpls'],
  [ActionType.SET_QUEUE, 'set_queue'],
]

/** The names of those actions for which `has` is true, separated by blanks. */
export const actionNamesText = (has: (type: number) => boolean): string =>
  actionNames
    .filter(([type]) => has(type))
    .map(([, name]) => name)
    .join(' ')
