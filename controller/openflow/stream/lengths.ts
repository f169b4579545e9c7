/** The version bytes of the header (OpenFlow 1.3.5 §7.1.1). */
export const Version = { OPENFLOW_1_0: 1, OPENFLOW_1_3: 4 } as const

/** Bytes of the header that every message starts with. */
export const headerLength = 8
/** Bytes of the longest message that the header's 16-bit length allows. */
export const largestMessage = 0xffff

/**
 * The least bytes, header included, that a message of each type has in OpenFlow 1.3, by type
 * (§7.1.1 and the structures of §7.3 to §7.5). A match counts with its 8 bytes.
 */
const minimum13: readonly number[] = [
  8, // HELLO
  12, // ERROR
  8, // ECHO_REQUEST
  8, // ECHO_REPLY
  16, // EXPERIMENTER
  8, // FEATURES_REQUEST
  32, // FEATURES_REPLY
  8, // GET_CONFIG_REQUEST
  12, // GET_CONFIG_REPLY
  12, // SET_CONFIG
  34, // PACKET_IN: two bytes of padding follow the match (§7.4.1)
  56, // FLOW_REMOVED
  80, // PORT_STATUS
  24, // PACKET_OUT
  56, // FLOW_MOD
  16, // GROUP_MOD
  40, // PORT_MOD
  16, // TABLE_MOD
  16, // MULTIPART_REQUEST
  16, // MULTIPART_REPLY
  8, // BARRIER_REQUEST
  8, // BARRIER_REPLY
  16, // QUEUE_GET_CONFIG_REQUEST
  16, // QUEUE_GET_CONFIG_REPLY
  24, // ROLE_REQUEST
  24, // ROLE_REPLY
  8, // GET_ASYNC_REQUEST
  32, // GET_ASYNC_REPLY
  32, // SET_ASYNC
  16, // METER_MOD
]

/** The same for OpenFlow 1.0 (§5.1, §5.3 to §5.5 there). */
const minimum10: readonly number[] = [
  8, // HELLO
  12, // ERROR
  8, // ECHO_REQUEST
  8, // ECHO_REPLY
  12, // VENDOR
  8, // FEATURES_REQUEST
  32, // FEATURES_REPLY
  8, // GET_CONFIG_REQUEST
  12, // GET_CONFIG_REPLY
  12, // SET_CONFIG
  18, // PACKET_IN
  88, // FLOW_REMOVED
  64, // PORT_STATUS
  16, // PACKET_OUT
  72, // FLOW_MOD
  32, // PORT_MOD
  12, // STATS_REQUEST
  12, // STATS_REPLY
  8, // BARRIER_REQUEST
  8, // BARRIER_REPLY
  12, // QUEUE_GET_CONFIG_REQUEST
  16, // QUEUE_GET_CONFIG_REPLY
]

const allMinima = (): Uint8Array => {
  const minima = new Uint8Array(0x1_0000).fill(headerLength)
  minima.set(minimum13, Version.OPENFLOW_1_3 * 0x100)
  minima.set(minimum10, Version.OPENFLOW_1_0 * 0x100)
  return minima
}

/**
 * The least bytes of a message, header included, by the first 16 bits of its header: version and
 * type. 8 where they are unknown.
 */
export const minimumLengths: Uint8Array = allMinima()
