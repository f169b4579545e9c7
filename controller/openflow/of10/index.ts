// Messages of OpenFlow 1.0

export type { Action10 } from './actions.ts'
export { actionKinds10, formatActions10 } from './actions.ts'
export { errorEntries10, errorName10 } from './errors.ts'
export { type FlowMod10, FlowModFlags10 } from './flow.ts'
export { type Ipv4Prefix, type Match10, NO_VLAN, wildcardsOf } from './match.ts'
export * from './messages.ts'
export { type PhyPort, PortConfig10, PortFeatures10, PortReason10, PortState10 } from './phy-port.ts'
export { formatPort10, Port10, parsePort10 } from './ports.ts'
export { Capabilities10, SupportedActions10 } from './switch.ts'

// ovs-ofctl's text

export { parseActions10 } from './action-text.ts'
export { formatFlow, parseFlowMod } from './flow-text.ts'
export { actionsFrom13, flowFrom13 } from './from-13.ts'
export { formatMatchFields10 } from './match-text.ts'

// The hot path

export { writeExactMatch } from './exact-match.ts'
export { type FlowTemplate10, writeFlowFor10, writePacketOutFor10 } from './reply.ts'
export {
  FLOW_MOD_LENGTH,
  type FlowModOptions,
  type FlowModTemplate,
  flowModTemplate,
  PACKET_OUT_LENGTH,
  writeFlowMod,
  writePacketOut,
  writePacketOutData,
} from './templates.ts'
