import { bundleKinds } from './bundle.ts'
import { checkPktLarger } from './check-packet.ts'
import { controllerKinds } from './controller.ts'
import { decTtlCntIds } from './dec-ttl.ts'
import { deleteField } from './delete-field.ts'
import { encapKinds } from './encap.ts'
import { learnKinds } from './learn.ts'
import { loadKinds } from './load.ts'
import { moveKinds } from './move.ts'
import { multipath } from './multipath.ts'
import { nat } from './nat.ts'
import { oldNiciraKinds } from './old-nicira.ts'
import { outputKinds } from './output-reg.ts'
import { resubmitKinds } from './resubmit.ts'
import { sampleKinds } from './sample.ts'
import { simpleKinds } from './simple.ts'
import { stackKinds } from './stack.ts'

/** Actions of Open vSwitch, and of the ONF for OpenFlow 1.3, that hold no other actions. */
export const niciraKinds = [
  ...moveKinds,
  ...loadKinds,
  ...stackKinds,
  ...outputKinds,
  ...controllerKinds,
  ...resubmitKinds,
  ...bundleKinds,
  ...learnKinds,
  ...sampleKinds,
  ...encapKinds,
  ...simpleKinds,
  decTtlCntIds,
  multipath,
  nat,
  checkPktLarger,
  deleteField,
  ...oldNiciraKinds,
] as const
