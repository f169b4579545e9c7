import { asyncKinds } from './async.ts'
import { errorKinds } from './error.ts'
import { flowKinds } from './flow-mod.ts'
import { groupMod } from './group-mod.ts'
import { helloKinds } from './hello.ts'
import { meterKinds } from './meter-mod.ts'
import { packetKinds } from './packet.ts'
import { portKinds } from './port.ts'
import { queueKinds } from './queue.ts'
import { roleKinds } from './role.ts'
import { simpleKinds } from './simple.ts'
import { tableModKinds } from './table-mod.ts'

/** Messages of OpenFlow 1.3 itself that are neither multipart nor experimenter messages. */
export const coreKinds = [
  ...simpleKinds,
  ...flowKinds,
  ...packetKinds,
  groupMod,
  ...helloKinds,
  ...errorKinds,
  ...roleKinds,
  ...asyncKinds,
  ...portKinds,
  ...tableModKinds,
  ...meterKinds,
  ...queueKinds,
] as const
