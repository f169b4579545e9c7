import type { Draft } from '../draft.ts'
import { physicalPlace } from '../places.ts'
import { another } from './names.ts'

/** A lease's id holds a network's, an `@` and an address, in 128 characters. */
const longestName = 80

export const checkNetwork = (draft: Draft, id: string): void => {
  const network = draft.get('network', id)
  if (!network) return
  if (id.length > longestName) {
    draft.refuse('network', id, '', `its name is too long: ${longestName} characters at most`)
  }
  const { external, vlan } = network
  if (external === undefined) {
    if (vlan !== undefined) draft.refuse('network', id, 'vlan', 'only external networks have one: give external, too')
    return
  }
  const other = another(draft.at('network', physicalPlace(external, vlan)), id)
  if (other === undefined) return
  const what = vlan === undefined ? `${external}, untagged` : `${external}, VLAN ${vlan}`
  draft.refuse('network', id, 'external', `network ${other} is ${what} already: give another vlan, or use that network`)
}
