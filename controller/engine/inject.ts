import type { LiveSwitch } from './live-switch.ts'

/** OFPP_TABLE: the packet is treated as one that has come in (OpenFlow 1.3.5 §7.2.1). */
const TABLE = 0xffff_fff9
const NO_BUFFER = 0xffff_ffff

/**
 * Has a switch treat frames as if they had come in by one of its ports; resolves when it has.
 *
 * @param inPort OpenFlow number of the port
 * @throws SwitchError where the switch does not answer
 */
export const injectPackets = async (
  { session: { connection } }: LiveSwitch,
  inPort: number,
  frames: readonly Uint8Array[],
): Promise<void> => {
  for (const data of frames) {
    const actions = [{ type: 'output', port: TABLE, maxLen: 0 }] as const
    connection.send({ type: 'packetOut', bufferId: NO_BUFFER, inPort, actions, data })
  }
  await connection.request({ type: 'barrierRequest' }, 'barrierReply')
}
