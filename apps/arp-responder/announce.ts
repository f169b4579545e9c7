import { fromTunnel, integrationTable, openflow, type PortFact, packet } from '../../controller/index.ts'

const { field, NO_BUFFER, Port } = openflow

const allNodes = { mac: '33:33:00:00:00:01', address: 'ff02::1' } as const

/** Says to all that `mac` has the address now (RFC 5227 §2.3, RFC 4861 §7.2.6). */
const frameOf = (mac: number, address: string): Uint8Array =>
  address.includes(':')
    ? packet.neighborFrame(
        { src: mac, dst: allNodes.mac },
        { src: address, dst: allNodes.address },
        {
          icmpType: packet.Icmpv6Type.NEIGHBOR_ADVERTISEMENT,
          flags: packet.NeighborFlags.OVERRIDE,
          target: address,
          tll: mac,
        },
      )
    : packet.arpRequestFrame({ mac, ip: address }, address)

/** What a host is sent so that all ports of the network there hear of the addresses of one port. */
export const announcementsOf = ({ mac, addresses, vni }: PortFact) =>
  addresses.map((address) => ({
    type: 'packetOut' as const,
    bufferId: NO_BUFFER,
    inPort: Port.CONTROLLER,
    actions: [
      // As if it came from another host: for the ports here only.
      { type: 'setField' as const, oxm: field('reg0', fromTunnel(vni)) },
      { type: 'resubmitTable' as const, inPort: Port.IN_PORT, tableId: integrationTable('switch') },
    ],
    data: frameOf(mac, address),
  }))
