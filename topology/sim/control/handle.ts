import type { Message } from '../../../controller/openflow/messages/messages.ts'
import { Role } from '../../../controller/openflow/messages/role.ts'
import { ProtocolError } from '../../../controller/openflow/wire/errors.ts'
import { asyncHandlers } from './async.ts'
import { bundleHandlers } from './bundles.ts'
import type { Connection } from './connection.ts'
import { descriptionHandlers } from './description.ts'
import { flowStatsHandlers } from './flow-stats.ts'
import { groupStatsHandlers } from './group-stats.ts'
import type { Handlers } from './handlers.ts'
import { meterStatsHandlers } from './meter-stats.ts'
import { modHandlers } from './mods.ts'
import { monitorHandlers } from './monitors.ts'
import { niciraHandlers } from './nicira.ts'
import { packetHandlers } from './packets.ts'
import { checkPlain } from './plain.ts'
import { portStatsHandlers } from './port-stats.ts'
import { roleHandlers } from './role.ts'
import { sessionHandlers } from './session.ts'
import { tableFeaturesHandlers } from './table-features.ts'

const handlers: Handlers = {
  ...sessionHandlers,
  ...roleHandlers,
  ...asyncHandlers,
  ...modHandlers,
  ...packetHandlers,
  ...bundleHandlers,
  ...monitorHandlers,
  ...niciraHandlers,
  ...descriptionHandlers,
  ...flowStatsHandlers,
  ...portStatsHandlers,
  ...groupStatsHandlers,
  ...meterStatsHandlers,
  ...tableFeaturesHandlers,
}

/** Requests that change the switch: not for a controller whose role is secondary (OpenFlow 1.3.5 §6.3.6). */
const changing = new Set<Message['type']>([
  'flowMod',
  'groupMod',
  'meterMod',
  'portMod',
  'tableMod',
  'packetOut',
  'bundleControl',
  'bundleAdd',
  'tlvTableMod',
  'ctFlush',
  'ctFlushZone',
  'resume',
])

const unknown = (message: Message): ProtocolError => {
  if (message.type.endsWith('StatsRequest')) return new ProtocolError('OFPBRC_BAD_MULTIPART', message.type)
  if (message.type === 'experimenter') return new ProtocolError('OFPBRC_BAD_EXPERIMENTER', 'an experimenter message')
  return new ProtocolError('OFPBRC_BAD_TYPE', `${message.type} is not for a switch`)
}

/** Messages of a controller that need no answer. */
const ignored = new Set<Message['type']>(['hello', 'error', 'echoReply', 'barrierReply'])

/** Does what a controller's message asks for. @throws ProtocolError or Refusal to be sent as an error */
export const handle = (connection: Connection, message: Message, bytes: Uint8Array): void => {
  if (ignored.has(message.type)) return
  if (connection.role === Role.SECONDARY && changing.has(message.type)) {
    throw new ProtocolError('OFPBRC_IS_SLAVE', message.type)
  }
  if (connection.sw.settings.extensions === false) checkPlain(message)
  const handler = handlers[message.type] as
    | ((connection: Connection, message: Message, bytes: Uint8Array) => void)
    | undefined
  if (!handler) throw unknown(message)
  handler(connection, message, bytes)
}
