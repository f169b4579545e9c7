import { defineApp, openflow } from '../../../controller/index.ts'
import { MacTable } from './mac-table.ts'

const { flowTemplate, match, NO_BUFFER, Port, prepareActions } = openflow

const idleTimeout = 60 // seconds
const ethernetHeader = 14

const flood = prepareActions([{ type: 'output', port: Port.FLOOD, maxLen: 0 }])
const exact = flowTemplate({
  ...({ type: 'flowMod', xid: 0, cookie: 0n, cookieMask: 0n, tableId: 0, command: 0, idleTimeout } as const),
  ...{ hardTimeout: 0, priority: 1, bufferId: NO_BUFFER, outPort: Port.ANY, outGroup: openflow.Group.ANY, flags: 0 },
  match: match({ inPort: 0, ethDst: 0, ethSrc: 0 }),
  instructions: [{ type: 'applyActions', actions: [{ type: 'output', port: 0, maxLen: 0 }] }],
})

const tables = new WeakMap<object, MacTable>()

/**
 * A learning switch of the old kind, as other controllers have it: every packet comes here, and
 * is answered by an exact flow once its destination is known.
 */
export default defineApp({
  name: 'l2-switch-reactive',
  pipeline: ['learn'],
  collections: {},
  reactive: true,
  rules: { miss: { flows: ({ stages: { learn } }) => [learn.otherwise.punt()] } },
  packetIn(packet, from) {
    const { view, dataStart, dataLength, inPort } = packet
    if (dataLength < ethernetHeader) return
    let table = tables.get(from)
    if (!table) {
      table = new MacTable()
      tables.set(from, table)
    }
    table.learn(view.getUint16(dataStart + 6), view.getUint32(dataStart + 8), inPort)
    const port = table.get(view.getUint16(dataStart), view.getUint32(dataStart + 2))
    if (port < 0) from.reply.packetOut(flood, packet)
    else from.reply.flow(exact, packet, port)
  },
})
