import {
  collection,
  defineApp,
  formatMac,
  matchField,
  type openflow,
  type PacketInView,
  PortState,
} from '../../controller/index.ts'
import { MacTable } from './mac-table.ts'
import { answer } from './reactive.ts'

/** Where a station was last seen. */
interface Station {
  readonly dpid: bigint
  readonly mac: number
  readonly port: number
}

/** Seconds after which a station that sends nothing is forgotten, as in IEEE 802.1D. */
const ageing = 300
/**
 * What a switch makes of a station's frame by itself, until the controller has answered: so quickly that even the
 * first reply takes it. It must not outlive what the controller knows for long.
 */
const hint = {
  specs: 'NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],output:NXM_OF_IN_PORT[]',
  priority: 1,
  hard: 5, // seconds
  limit: 10_000,
}
/** The bit that marks addresses of groups. */
const groupBit = 0x0100_0000_0000
const ethernetHeader = 14
/** OFPRR_IDLE_TIMEOUT */
const idleTimeout = 0

/** The lowest bit of the first byte marks addresses of groups, which send nothing. */
const isGroup = (mac: number): boolean => (Math.floor(mac / 0x10000000000) & 1) === 1

const readMac = ({ view }: PacketInView, at: number): number =>
  view.getUint16(at) * 0x1_0000_0000 + view.getUint32(at + 2)

const keyOf = (dpid: bigint, mac: number): string => `${dpid.toString(16)} ${formatMac(mac)}`

/** The station that a flow of the first stage stands for. */
const stationOf = (match: openflow.Match): { mac: number; port: number } | undefined => {
  const mac = matchField(match, 'ethSrc')?.value
  const port = matchField(match, 'inPort')?.value
  return typeof mac === 'number' && typeof port === 'number' ? { mac, port } : undefined
}

/** Whether a port is there and its link is up. */
const isUp = (port: { readonly state: number } | undefined): boolean =>
  port !== undefined && (port.state & PortState.LINK_DOWN) === 0

const newTable = (tables: { set(key: string, value: MacTable): void }, name: string): MacTable => {
  const table = new MacTable()
  tables.set(name, table)
  return table
}

/**
 * A learning switch for plain bridges. A frame from a station that is not known, or that has moved,
 * goes on and to the controller too; the controller then has the switch send frames for that
 * station to its port alone. It does not look for loops: use it where there are none.
 */
export default defineApp({
  name: 'l2-switch',
  pipeline: ['learn', 'forward'],
  collections: {
    stations: collection<Station>(),
    /** Of switches of OpenFlow 1.0, by their names. */
    tables: collection<MacTable>(),
  },
  reactive: true,
  punts: { packetsPerSecond: 1000 },
  rules: {
    flood: {
      flows: ({ stages: { learn, forward } }) => [
        learn.otherwise.learn(forward, hint).punt().goto(forward),
        learn.when({ ethSrc: { value: groupBit, mask: groupBit } }).goto(forward),
        forward.otherwise.flood(),
      ],
    },
    station: {
      each: 'stations',
      on: ({ dpid }) => dpid,
      flows: ({ mac, port }, { stages: { learn, forward } }) => [
        learn.when({ inPort: port, ethSrc: mac }).expire({ idle: ageing }).goto(forward),
        forward.when({ ethDst: mac }).output(port),
      ],
    },
  },
  packetIn(packet, from, { collections: { stations, tables } }) {
    if (packet.dataLength < ethernetHeader) return
    if (from.openflow === '1.0') {
      answer(tables.get(from.name) ?? newTable(tables, from.name), packet, from)
      return
    }
    const { dpid } = from
    const mac = readMac(packet, packet.dataStart + 6)
    if (isGroup(mac) || stations.get(keyOf(dpid, mac))?.port === packet.inPort) return
    stations.set(keyOf(dpid, mac), { dpid, mac, port: packet.inPort })
  },
  recover({ match }, { dpid, ports }, { collections: { stations } }) {
    const station = stationOf(match)
    if (station && isUp(ports.get(station.port))) stations.set(keyOf(dpid, station.mac), { dpid, ...station })
  },
  message(message, { dpid }, { collections: { stations } }) {
    const station =
      message.type === 'flowRemoved' && message.reason === idleTimeout ? stationOf(message.match) : undefined
    if (!station || stations.get(keyOf(dpid, station.mac))?.port !== station.port) return
    stations.delete(keyOf(dpid, station.mac))
  },
  switchUp({ dpid, ports }, { collections: { stations } }) {
    for (const [key, station] of stations.entries()) {
      if (station.dpid === dpid && !isUp(ports.get(station.port))) stations.delete(key)
    }
  },
  switchDown({ name }, { collections: { tables } }) {
    tables.delete(name)
  },
  portStatus({ portNo, state }, { dpid, name, ports }, { collections: { stations, tables } }) {
    if (ports.has(portNo) && isUp({ state })) return
    tables.get(name)?.forget(portNo & 0xffff)
    for (const [key, station] of stations.entries()) {
      if (station.dpid === dpid && station.port === portNo) stations.delete(key)
    }
  },
})
