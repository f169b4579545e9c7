import { openflow, type PacketInView, type PacketSource } from '../../controller/index.ts'
import type { MacTable } from './mac-table.ts'

const { FlowModCommand, flowTemplate, Group, match, NO_BUFFER, Port, prepareActions } = openflow

/** Seconds. A station that moves is found again after the second at the latest. */
const idleTimeout = 10
const hardTimeout = 30
/** OpenFlow 1.0 numbers ports with 16 bits; LOCAL is one of them. */
const portBits = 0xffff

const flood = prepareActions([{ type: 'output', port: Port.FLOOD, maxLen: 0 }])
const drop = prepareActions([])

/** From one station to another; the zeros are places for what the packet says. */
const between = flowTemplate({
  ...({ type: 'flowMod', xid: 0, cookie: 0n, cookieMask: 0n, tableId: 0, command: FlowModCommand.ADD } as const),
  ...{ idleTimeout, hardTimeout, priority: 1, bufferId: NO_BUFFER, outPort: Port.ANY, outGroup: Group.ANY, flags: 0 },
  match: match({ inPort: 0, ethDst: 0, ethSrc: 0 }),
  instructions: openflow.applyActions([{ type: 'output', port: 0, maxLen: 0 }]),
})

/**
 * Answers a packet of a switch that holds no flows of rules: floods it while its destination is not
 * known, else has the switch send such packets on by itself for a while.
 */
export const answer = (stations: MacTable, packet: PacketInView, { reply }: PacketSource): void => {
  const { view, dataStart } = packet
  const inPort = packet.inPort & portBits
  const isGroup = (view.getUint8(dataStart + 6) & 1) === 1
  if (!isGroup) stations.learn(view.getUint16(dataStart + 6), view.getUint32(dataStart + 8), inPort)
  const port = stations.get(view.getUint16(dataStart), view.getUint32(dataStart + 2))
  if (port < 0) reply.packetOut(flood, packet)
  // It has come round to where its destination is, as where a wire is shared.
  else if (port === inPort) reply.packetOut(drop, packet)
  else reply.flow(between, packet, port)
}
