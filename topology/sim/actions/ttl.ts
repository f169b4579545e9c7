import { fields } from '../../../controller/openflow/fields/field.ts'
import { PacketInReason } from '../../../controller/openflow/messages/packet.ts'
import { getNumber, setNumber } from '../pipeline/bits.ts'
import { type Place, places } from '../pipeline/layout.ts'
import type { Passage } from '../pipeline/passage.ts'
import { punt } from './controller.ts'
import type { Some } from './executor.ts'
import { nothing } from './executor.ts'
import { isPresent } from './presence.ts'

const ipTtl = places.ipTtl as Place
const mplsTtl = places.mplsTtl as Place

/** A packet whose TTL runs out goes to the controllers, and no further in this flow. */
const decrement = (passage: Passage, place: Place, controllerIds: readonly number[]): void => {
  const ttl = getNumber(passage.key, place)
  if (ttl > 1) {
    setNumber(passage.key, place, ttl - 1)
    return
  }
  passage.note('TTL exceeded')
  for (const controllerId of controllerIds) punt(passage, { reason: PacketInReason.INVALID_TTL, controllerId })
  passage.leave()
}

const decrementIp = (passage: Passage, controllerIds: readonly number[]): void => {
  if (isPresent(passage.key, fields.ipTtl)) decrement(passage, ipTtl, controllerIds)
}

const decrementMpls = (passage: Passage): void => {
  if (isPresent(passage.key, fields.mplsTtl)) decrement(passage, mplsTtl, [0])
}

/** Actions on the time to live. */
export const ttlExecutors: Some<
  'decNwTtl' | 'nxDecTtl' | 'decTtlCntIds' | 'decMplsTtl' | 'nxDecMplsTtl' | 'copyTtlOut' | 'copyTtlIn'
> = {
  decNwTtl: (passage) => decrementIp(passage, [0]),
  nxDecTtl: (passage) => decrementIp(passage, [0]),
  decTtlCntIds: (passage, { controllerIds }) => decrementIp(passage, controllerIds),
  decMplsTtl: decrementMpls,
  nxDecMplsTtl: decrementMpls,
  // Refused, as by Open vSwitch.
  copyTtlOut: nothing,
  copyTtlIn: nothing,
}
