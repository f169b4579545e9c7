import { tagPresent, Word } from '../pipeline/layout.ts'
import type { Some } from './executor.ts'

/** Actions on VLAN tags. */
export const vlanExecutors: Some<'pushVlan' | 'popVlan'> = {
  pushVlan({ key }, { ethertype }) {
    key[Word.INNER_VLAN] = key[Word.VLAN] as number
    key[Word.VLAN] = (ethertype << 16) | tagPresent
  },
  popVlan(passage) {
    const { key } = passage
    if (((key[Word.VLAN] as number) & tagPresent) === 0) {
      passage.note('the packet has no tag')
      return
    }
    key[Word.VLAN] = key[Word.INNER_VLAN] as number
    key[Word.INNER_VLAN] = 0
  },
}
