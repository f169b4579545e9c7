import { Port } from '../../../controller/openflow/fields/port-text.ts'
import { NO_BUFFER } from '../../../controller/openflow/messages/flow-mod.ts'
import type { MessageNamed } from '../../../controller/openflow/messages/messages.ts'
import { ProtocolError } from '../../../controller/openflow/wire/errors.ts'
import { checkActions } from '../actions/check.ts'
import { portLimit, referentsOf } from '../mods.ts'
import type { Connection } from './connection.ts'
import type { Handlers } from './handlers.ts'
import { resume } from './packet-in.ts'

const namedPorts: readonly number[] = [Port.LOCAL, Port.CONTROLLER, Port.ANY]

const checkInPort = (port: number): void => {
  const isReserved = port >= Port.IN_PORT
  if (port >= portLimit && !isReserved) throw new ProtocolError('OFPBAC_BAD_OUT_PORT', `in_port ${port}`)
  if (isReserved && !namedPorts.includes(port)) throw new ProtocolError('OFPBRC_BAD_PORT', `in_port ${port}`)
}

/** Sends a controller's packet. @throws ProtocolError or Refusal */
export const packetOut = (connection: Connection, message: MessageNamed<'packetOut'>): void => {
  const { sw, buffers } = connection
  checkInPort(message.inPort)
  checkActions(message.actions, undefined, referentsOf(sw))
  const frame = message.bufferId === NO_BUFFER ? message.data : buffers.take(message.bufferId).frame
  sw.execute(message.inPort, frame, message.actions)
}

export const packetHandlers = { packetOut, resume } satisfies Handlers
