import { Capabilities } from '../../../controller/openflow/messages/simple.ts'
import type { Handlers } from './handlers.ts'

const { FLOW_STATS, TABLE_STATS, PORT_STATS, GROUP_STATS, QUEUE_STATS } = Capabilities

/** Requests about the connection and the switch as a whole. */
export const sessionHandlers = {
  echoRequest: (connection, { xid, data }) => connection.send({ type: 'echoReply', xid, data }),
  barrierRequest: (connection, { xid }) => connection.send({ type: 'barrierReply', xid }),
  featuresRequest(connection, { xid }) {
    const { dpid, tables, settings } = connection.sw
    connection.send({
      type: 'featuresReply',
      xid,
      datapathId: dpid,
      nBuffers: settings.nBuffers ?? 0,
      nTables: tables.count,
      auxiliaryId: 0,
      capabilities: FLOW_STATS | TABLE_STATS | PORT_STATS | GROUP_STATS | QUEUE_STATS,
      reserved: 0,
    })
  },
  getConfigRequest(connection, { xid }) {
    connection.send({ type: 'getConfigReply', xid, ...connection.sw.config })
  },
  setConfig({ sw }, { flags, missSendLen }) {
    sw.config = { flags, missSendLen }
  },
} satisfies Handlers
