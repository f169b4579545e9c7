import { flowKinds } from './flow-mod.ts'
import { groupMod } from './group-mod.ts'
import { packetKinds } from './packet.ts'
import { simpleKinds } from './simple.ts'

/** Messages of OpenFlow 1.3 itself that are neither multipart nor experimenter messages. */
export const coreKinds = [...simpleKinds, ...flowKinds, ...packetKinds, groupMod] as const
