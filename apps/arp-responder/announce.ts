import {
  fromTunnel,
  integrationTable,
  openflow,
  type PortFact,
  packet,
  resubmit,
  setField,
} from '../../controller/index.ts'

const { NO_BUFFER, Port } = openflow

/** What a host is sent so that all ports of the network there hear of the addresses of one port. */
export const announcementsOf = ({ mac, addresses, vni }: PortFact) =>
  addresses.map((address) => ({
    type: 'packetOut' as const,
    bufferId: NO_BUFFER,
    inPort: Port.CONTROLLER,
    actions: [
      // As if it came from another host: for the ports here only.
      setField('reg0', fromTunnel(vni)),
      resubmit(integrationTable('switch')),
    ],
    data: packet.announcementFrame({ mac, address }),
  }))
