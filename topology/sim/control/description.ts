import type { Handlers } from './handlers.ts'

/** What the switch says of itself. */
export const descriptionHandlers = {
  descRequest(connection, { xid }) {
    connection.send({
      type: 'descReply',
      xid,
      flags: 0,
      manufacturer: 'heddle',
      hardware: 'simulated switch',
      software: 'topology/sim',
      serialNumber: 'None',
      datapath: `sim-${connection.sw.dpid.toString(16)}`,
    })
  },
} satisfies Handlers
