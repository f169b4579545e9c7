import type { MaskPair } from '../../../controller/openflow/messages/async.ts'
import { Role } from '../../../controller/openflow/messages/role.ts'
import type { Handlers } from './handlers.ts'

type Kind = 'packetIn' | 'portStatus' | 'flowRemoved'

/** What a connection is sent before it asks otherwise: packets with invalid TTL not (OpenFlow 1.3.5 §6.1.2). */
const usual: Readonly<Record<Kind, MaskPair>> = {
  packetIn: [0b11, 0],
  portStatus: [0b111, 0b111],
  flowRemoved: [0b101111, 0],
}

/** Which asynchronous messages a connection is sent, by role and reason (OpenFlow 1.3.5 §7.3.10). */
export class AsyncFilter {
  masks: Readonly<Record<Kind, MaskPair>> = usual

  passes(kind: Kind, role: number, reason: number): boolean {
    const [primary, secondary] = this.masks[kind]
    return (((role === Role.SECONDARY ? secondary : primary) >>> reason) & 1) === 1
  }
}

/** Properties of NXT_SET_ASYNC_CONFIG2 that set masks which the switch has. */
const properties: Readonly<Record<string, readonly [Kind, 0 | 1]>> = {
  packetInPrimary: ['packetIn', 0],
  packetInSecondary: ['packetIn', 1],
  portStatusPrimary: ['portStatus', 0],
  portStatusSecondary: ['portStatus', 1],
  flowRemovedPrimary: ['flowRemoved', 0],
  flowRemovedSecondary: ['flowRemoved', 1],
}

const withMask = ([primary, secondary]: MaskPair, role: 0 | 1, mask: number): MaskPair =>
  role === 0 ? [mask, secondary] : [primary, mask]

interface Masks {
  readonly packetInMask: MaskPair
  readonly portStatusMask: MaskPair
  readonly flowRemovedMask: MaskPair
}

const setMasks = (filter: AsyncFilter, { packetInMask, portStatusMask, flowRemovedMask }: Masks): void => {
  filter.masks = { packetIn: packetInMask, portStatus: portStatusMask, flowRemoved: flowRemovedMask }
}

export const asyncHandlers = {
  getAsyncRequest(connection, { xid }) {
    const { packetIn, portStatus, flowRemoved } = connection.filter.masks
    const masks = { packetInMask: packetIn, portStatusMask: portStatus, flowRemovedMask: flowRemoved }
    connection.send({ type: 'getAsyncReply', xid, ...masks })
  },
  setAsync: ({ filter }, message) => setMasks(filter, message),
  nxSetAsync: ({ filter }, message) => setMasks(filter, message),
  nxSetAsync2({ filter }, message) {
    const masks = { ...filter.masks }
    for (const property of message.properties) {
      const known = properties[property.type]
      if (known && 'mask' in property) masks[known[0]] = withMask(masks[known[0]], known[1], property.mask)
    }
    filter.masks = masks
  },
} satisfies Handlers
