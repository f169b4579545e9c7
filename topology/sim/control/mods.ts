import { Port } from '../../../controller/openflow/fields/port-text.ts'
import { FlowModCommand, NO_BUFFER } from '../../../controller/openflow/messages/flow-mod.ts'
import { ProtocolError } from '../../../controller/openflow/wire/errors.ts'
import { together } from '../journal.ts'
import type { Mod } from '../mods.ts'
import type { Connection } from './connection.ts'
import type { Handlers } from './handlers.ts'

const change = (connection: Connection, message: Mod): void =>
  together((journal) => connection.sw.apply(message, journal, { connection, xid: message.xid }))

/** Requests that change the switch. */
export const modHandlers = {
  flowMod(connection, message) {
    const waits = message.bufferId !== NO_BUFFER && message.command !== FlowModCommand.DELETE
    const buffered = waits ? connection.buffers.take(message.bufferId) : undefined
    change(connection, message)
    // The packet that waited goes through the tables, with the new flow (OpenFlow 1.3.5 §7.3.4.1).
    const toTable = { type: 'output', port: Port.TABLE, maxLen: 0 } as const
    if (buffered) connection.sw.execute(buffered.inPort, buffered.frame, [toTable])
  },
  groupMod: change,
  meterMod: change,
  portMod: change,
  tableMod({ sw }, { tableId }) {
    if (tableId >= sw.tables.count && tableId !== 0xff) throw new ProtocolError('OFPTMFC_BAD_TABLE', `table ${tableId}`)
  },
} satisfies Handlers
