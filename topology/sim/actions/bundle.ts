import { BundleAlgorithm } from '../../../controller/openflow/actions/bundle.ts'
import { MultipathAlgorithm } from '../../../controller/openflow/actions/multipath.ts'
import { Port } from '../../../controller/openflow/fields/port-text.ts'
import { hashOf, highestWeight } from '../pipeline/hash.ts'
import type { Passage } from '../pipeline/passage.ts'
import type { Some, StepOf } from './executor.ts'
import { writeField } from './field-access.ts'
import { output } from './output.ts'

/** The live member that a packet goes to, or `Port.ANY` where none is. */
const chooseMember = (passage: Passage, step: Pick<StepOf<'bundle'>, 'algorithm' | 'fields' | 'basis' | 'members'>) => {
  const { ports } = passage.datapath
  const { members, algorithm, fields, basis } = step
  if (algorithm === BundleAlgorithm.ACTIVE_BACKUP) return members.find((port) => ports.isLive(port)) ?? Port.ANY
  const hash = hashOf(passage.key, fields, basis)
  const index = highestWeight(hash, members.length, (at) => ports.isLive(members[at] as number))
  return members[index] ?? Port.ANY
}

const chooseLink = (passage: Passage, { fields, basis, algorithm, maxLink }: StepOf<'multipath'>): number => {
  const hash = hashOf(passage.key, fields, basis)
  const links = maxLink + 1
  if (algorithm === MultipathAlgorithm.MODULO_N) return hash % links
  if (algorithm === MultipathAlgorithm.HASH_THRESHOLD) return Math.floor((hash / 2 ** 32) * links)
  return highestWeight(hash, links, () => true)
}

const none16 = 0xffff

/** Actions that choose among ports or links by a hash. The choice is not Open vSwitch's, its rules are. */
export const bundleExecutors: Some<'bundle' | 'bundleLoad' | 'multipath'> = {
  bundle(passage, step) {
    const port = chooseMember(passage, step)
    if (port === Port.ANY) passage.note('no live member')
    else output(passage, port, 0)
  },
  bundleLoad(passage, step) {
    const port = chooseMember(passage, step)
    writeField(passage, step.dst, BigInt(port === Port.ANY ? none16 : port))
  },
  multipath: (passage, step) => writeField(passage, step.dst, BigInt(chooseLink(passage, step))),
}
