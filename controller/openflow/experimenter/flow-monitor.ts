import { messageKind } from '../messages/kind.ts'
import { struct } from '../wire/codec.ts'
import { Experimenter } from '../wire/experimenter.ts'
import { u32 } from '../wire/primitives.ts'

const monitor = struct({ id: u32 })
const idText = ({ id }: { readonly id: number }): string => ` id=${id}`

/** Ends a flow monitor. Open vSwitch takes Nicira's form up to OpenFlow 1.2, the ONF's in 1.3. */
const nxFlowMonitorCancel = messageKind({
  name: 'nxFlowMonitorCancel',
  ofp: 'NXT_FLOW_MONITOR_CANCEL',
  wire: { experimenter: Experimenter.NICIRA, expType: 21 },
  body: monitor,
  text: idText,
})

/** Too many updates wait to be sent: none follow until the monitor is resumed. */
const nxFlowMonitorPaused = messageKind({
  name: 'nxFlowMonitorPaused',
  ofp: 'NXT_FLOW_MONITOR_PAUSED',
  wire: { experimenter: Experimenter.NICIRA, expType: 22 },
  body: struct({}),
})

/** All that changed in the pause has been sent. */
const nxFlowMonitorResumed = messageKind({
  name: 'nxFlowMonitorResumed',
  ofp: 'NXT_FLOW_MONITOR_RESUMED',
  wire: { experimenter: Experimenter.NICIRA, expType: 23 },
  body: struct({}),
})

/** Ends a flow monitor (ONF extension 187). */
const flowMonitorCancel = messageKind({
  name: 'flowMonitorCancel',
  ofp: 'ONFT_FLOW_MONITOR_CANCEL',
  wire: { experimenter: Experimenter.ONF, expType: 1870 },
  body: monitor,
  text: idText,
})

const flowMonitorPaused = messageKind({
  name: 'flowMonitorPaused',
  ofp: 'ONFT_FLOW_MONITOR_PAUSED',
  wire: { experimenter: Experimenter.ONF, expType: 1871 },
  body: struct({}),
})

const flowMonitorResumed = messageKind({
  name: 'flowMonitorResumed',
  ofp: 'ONFT_FLOW_MONITOR_RESUMED',
  wire: { experimenter: Experimenter.ONF, expType: 1872 },
  body: struct({}),
})

/** What belongs to flow monitors besides their multipart messages. */
export const flowMonitorKinds = [
  nxFlowMonitorCancel,
  nxFlowMonitorPaused,
  nxFlowMonitorResumed,
  flowMonitorCancel,
  flowMonitorPaused,
  flowMonitorResumed,
] as const
