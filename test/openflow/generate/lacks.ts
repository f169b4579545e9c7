import type { Action } from '../../../controller/openflow/actions/actions.ts'
import type { FieldKey } from '../../../controller/openflow/fields/rows.ts'
import type { Message } from '../../../controller/openflow/messages/messages.ts'

const absent = 'Open vSwitch does not implement it'

/** Match fields that Open vSwitch does not take, or takes with others only. */
export const lackingFields: Partial<Record<FieldKey, string>> = {
  inPhyPort: absent,
  pbbIsid: absent,
  ipv6Exthdr: absent,
  recircId: "the data path's own; ofp-print takes the whole match for one of the data path",
  packetType: 'other fields contradict it, unless it says Ethernet',
}

const old = 'Open vSwitch takes it in OpenFlow 1.0 only'

/** Actions that Open vSwitch does not take in OpenFlow 1.3. */
export const lackingActions: Partial<Record<Action['type'], string>> = {
  copyTtlOut: absent,
  copyTtlIn: absent,
  pushPbb: absent,
  popPbb: absent,
  experimenter: 'stands for what nobody knows',
  nxSetQueue: old,
  nxDecTtl: old,
  nxPushMpls: old,
  nxPopMpls: old,
  nxSetMplsTtl: old,
  nxDecMplsTtl: old,
  nxSetMplsLabel: old,
  nxSetMplsTc: old,
  nxGroup: old,
  writeMetadata: 'an instruction in OpenFlow 1.3',
  debugSlow: 'for tests of Open vSwitch itself',
  debugRecirc: 'for tests of Open vSwitch itself',
}

/** Messages that Open vSwitch does not take in OpenFlow 1.3. */
export const lackingMessages: Partial<Record<Message['type'], string>> = {
  experimenter: 'stands for what nobody knows',
  experimenterStatsRequest: 'stands for what nobody knows',
  experimenterStatsReply: 'stands for what nobody knows',
  setFlowFormat: old,
  nxFlowMonitorCancel: 'up to OpenFlow 1.2; the ONF has another for 1.3',
  nxFlowMonitorPaused: 'up to OpenFlow 1.2; the ONF has another for 1.3',
  nxFlowMonitorResumed: 'up to OpenFlow 1.2; the ONF has another for 1.3',
}
