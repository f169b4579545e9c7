import { Version } from './lengths.ts'

/** Types of the messages that only a controller sends in OpenFlow 1.3 (§7.1.1). */
const toSwitch13 = [
  5, // FEATURES_REQUEST
  7, // GET_CONFIG_REQUEST
  9, // SET_CONFIG
  13, // PACKET_OUT
  14, // FLOW_MOD
  15, // GROUP_MOD
  16, // PORT_MOD
  17, // TABLE_MOD
  18, // MULTIPART_REQUEST
  20, // BARRIER_REQUEST
  22, // QUEUE_GET_CONFIG_REQUEST
  24, // ROLE_REQUEST
  26, // GET_ASYNC_REQUEST
  28, // SET_ASYNC
  29, // METER_MOD
]

/** The same of OpenFlow 1.0 (§5.1 there). */
const toSwitch10 = [
  5, // FEATURES_REQUEST
  7, // GET_CONFIG_REQUEST
  9, // SET_CONFIG
  13, // PACKET_OUT
  14, // FLOW_MOD
  15, // PORT_MOD
  16, // STATS_REQUEST
  18, // BARRIER_REQUEST
  20, // QUEUE_GET_CONFIG_REQUEST
]

const sets = { [Version.OPENFLOW_1_3]: new Set(toSwitch13), [Version.OPENFLOW_1_0]: new Set(toSwitch10) } as const

/** Whether a message is one that a controller sends and never gets, so that a controller need not read it. */
export const isForSwitch = (version: number, type: number): boolean =>
  sets[version as keyof typeof sets]?.has(type) ?? false
