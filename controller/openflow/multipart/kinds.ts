import { descKinds } from './desc.ts'
import { experimenterMultipartKinds } from './experimenter.ts'
import { flowStatsKinds } from './flow.ts'
import { flowMonitorKinds } from './flow-monitor.ts'
import { groupMultipartKinds } from './group.ts'
import { groupFeaturesKinds } from './group-features.ts'
import { ipfixKinds } from './ipfix.ts'
import { meterMultipartKinds } from './meter.ts'
import { portMultipartKinds } from './port.ts'
import { queueStatsKinds } from './queue.ts'
import { tableStatsKinds } from './table.ts'
import { tableFeaturesKinds } from './table-features.ts'

/** Every multipart message of OpenFlow 1.3 and of Open vSwitch. */
export const multipartKinds = [
  ...descKinds,
  ...flowStatsKinds,
  ...tableStatsKinds,
  ...portMultipartKinds,
  ...queueStatsKinds,
  ...groupMultipartKinds,
  ...groupFeaturesKinds,
  ...meterMultipartKinds,
  ...tableFeaturesKinds,
  ...flowMonitorKinds,
  ...ipfixKinds,
  ...experimenterMultipartKinds,
] as const
