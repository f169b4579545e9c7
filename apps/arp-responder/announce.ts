import { fromTunnel, integrationTable, openflow, type PortFact, packet } from '../../controller/index.ts'

const { field, NO_BUFFER, Port } = openflow

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
    data: packet.announcementFrame({ mac, address }),
  }))
