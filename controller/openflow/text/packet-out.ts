import { formatActions } from '../actions/actions.ts'
import { parseActions } from '../actions/parse.ts'
import { formatPort, Port, parsePort } from '../fields/port-text.ts'
import { NO_BUFFER } from '../messages/flow-mod.ts'
import type { MessageOf } from '../messages/kind.ts'
import type { packetOut } from '../messages/packet.ts'
import { TextSyntaxError } from '../wire/errors.ts'
import { toHex } from '../wire/json.ts'
import { dottedBytes, integer, items } from './scan.ts'

/** The packet-out message: a packet, or the buffer that holds one, and what to do with it (OpenFlow 1.3.5 §7.3.7). */
export type PacketOut = MessageOf<typeof packetOut>

/**
 * Parses a packet-out in ovs-ofctl's syntax: `in_port=1 packet=0102… actions=output:2`. Instead of
 * `packet=`, `buffer_id=` names a packet that the switch holds.
 *
 * @throws TextSyntaxError naming the part that is wrong
 */
export const parsePacketOut = (text: string): PacketOut => {
  const at = /(?:^|[\s,])actions?=/.exec(text)
  if (!at) throw new TextSyntaxError(text, 'actions= is missing')
  let inPort: number = Port.CONTROLLER
  let bufferId = NO_BUFFER
  let data: Uint8Array = new Uint8Array()
  for (const item of items(text.slice(0, at.index))) {
    if (item.key === 'in_port') inPort = parsePort(item.value)
    else if (item.key === 'packet') data = dottedBytes(item.value)
    else if (item.key === 'buffer_id') bufferId = integer(item.value)
    else throw new TextSyntaxError(item.text, 'in_port=, packet= or buffer_id= is expected')
  }
  return {
    type: 'packetOut',
    xid: 0,
    bufferId,
    inPort,
    actions: parseActions(text.slice(at.index + at[0].length)),
    data,
  }
}

/** A packet-out as text that `ovs-ofctl -O OpenFlow13 packet-out` takes. */
export const formatPacketOut = (message: PacketOut): string => {
  const packet = message.bufferId === NO_BUFFER ? `packet=${toHex(message.data)}` : `buffer_id=${message.bufferId}`
  return `in_port=${formatPort(message.inPort)} ${packet} actions=${formatActions(message.actions)}`
}
