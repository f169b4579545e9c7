import { Port } from '../../../controller/openflow/fields/port-text.ts'
import type { PortStats } from '../../../controller/openflow/multipart/port.ts'
import type { SimPort } from '../ports/port-table.ts'
import type { Connection } from './connection.ts'
import { durationSince } from './duration.ts'
import type { Handlers } from './handlers.ts'

const statsOf = (port: SimPort, now: number): PortStats => ({
  portNo: port.number,
  rxPackets: BigInt(port.rxPackets),
  txPackets: BigInt(port.txPackets),
  rxBytes: BigInt(port.rxBytes),
  txBytes: BigInt(port.txBytes),
  rxDropped: BigInt(port.rxDropped),
  txDropped: BigInt(port.txDropped),
  rxErrors: 0n,
  txErrors: 0n,
  rxFrameErr: 0n,
  rxOverErr: 0n,
  rxCrcErr: 0n,
  collisions: 0n,
  ...durationSince(port.created, now),
})

/** The ports that a request names: all, one, or, where it is not there, none. */
const portsOf = ({ sw }: Connection, number: number): readonly SimPort[] => {
  if (number === Port.ANY) return [...sw.ports]
  const port = sw.ports.get(number)
  return port ? [port] : []
}

/** Requests about ports. They have no queues. */
export const portStatsHandlers = {
  portDescRequest(connection, { xid }) {
    const all = [...connection.sw.ports].map(({ desc }) => desc)
    connection.sendParts(all, (ports, flags) => ({ type: 'portDescReply', xid, flags, ports }))
  },
  portStatsRequest(connection, { xid, portNo }) {
    const now = connection.sw.clock.now()
    const all = portsOf(connection, portNo).map((port) => statsOf(port, now))
    connection.sendParts(all, (ports, flags) => ({ type: 'portStatsReply', xid, flags, ports }))
  },
  queueStatsRequest(connection, { xid }) {
    connection.send({ type: 'queueStatsReply', xid, flags: 0, queues: [] })
  },
  queueGetConfigRequest(connection, { xid, port }) {
    connection.send({ type: 'queueGetConfigReply', xid, port, queues: [] })
  },
} satisfies Handlers
