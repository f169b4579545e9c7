import { asyncKinds } from './async.ts'
import { bundleKinds } from './bundle-control.ts'
import { ctFlushKinds } from './ct-flush.ts'
import { flowMonitorKinds } from './flow-monitor.ts'
import { nxPacketInKinds } from './packet-in.ts'
import { packetIn2Kinds } from './packet-in2.ts'
import { roleKinds } from './role.ts'
import { settingKinds } from './settings.ts'
import { tlvTableKinds } from './tlv-table.ts'

/** Experimenter messages of Open vSwitch (Nicira) and of the ONF that hold no other message. */
export const experimenterKinds = [
  ...roleKinds,
  ...settingKinds,
  ...asyncKinds,
  ...tlvTableKinds,
  ...flowMonitorKinds,
  ...nxPacketInKinds,
  ...packetIn2Kinds,
  ...ctFlushKinds,
  ...bundleKinds,
] as const
