// What senders are told of packets that go no further, by the router's own address outside.
import {
  formatAddress,
  fromTunnel,
  integrationTable,
  type OutsideFact,
  openflow,
  outsideKey,
  packet,
  resubmit,
  setField,
  siteKey,
} from '../../../controller/index.ts'
import { errorFor, type Fault } from '../router/errors.ts'
import { type Context, sendOutside } from './learning.ts'
import type { Waiting } from './neighbours.ts'

const { NO_BUFFER, Port } = openflow
const { familyOf } = packet

/** An error about a frame to or from an address of ours; undefined where none may be sent. */
const errorAbout = (frame: Uint8Array, fault: Fault, outside: OutsideFact, { collections: { routers } }: Context) => {
  const { address, router, mtu, routerMac: mac } = outside
  const own = routers.get(router)?.external?.addresses.find((one) => familyOf(one) === familyOf(address))
  return errorFor(frame, fault, { mac, address: own ?? address, ...(fault === 'tooLong' ? { mtu } : {}) })
}

/** Tells a sender outside why its packet went no further. */
export const refuse = (frame: Uint8Array, fault: Fault, outside: OutsideFact, context: Context): void => {
  const { network, dpid, mac } = outside
  const attachment = dpid === undefined ? undefined : context.collections.attachments.get(siteKey(network, dpid))
  const { eth } = packet.parsePacket(frame)
  const data = errorAbout(frame, fault, outside, context)
  if (attachment && eth && data)
    sendOutside(context, attachment, data, [setField('ethDst', eth.src), setField('ethSrc', mac)])
}

/**
 * A packet that is translated already was for a neighbour that does not answer. The error comes in as if from outside,
 * is translated back as the connection is that it is about, and finds the sender.
 *
 * @returns whether somebody is told
 */
const tell = ({ attachment, frame }: Waiting, context: Context): boolean => {
  const { network, vni, dpid } = attachment
  const { ipv4, ipv6 } = packet.parsePacket(frame)
  const from = formatAddress({ family: ipv4 ? 4 : 6, number: BigInt(ipv4?.src ?? ipv6?.src ?? 0) })
  const outside = context.collections.outsides.get(outsideKey(network, from))
  const data = outside && errorAbout(frame, 'noNeighbour', outside, context)
  if (!data) return false
  context.send(dpid, {
    // What a packet-out says to come from a port is not found again by Open vSwitch 3.1 after it was tracked.
    ...{ type: 'packetOut', bufferId: NO_BUFFER, inPort: Port.CONTROLLER, data },
    actions: [setField('reg0', fromTunnel(vni)), resubmit(integrationTable('unnat'))],
  })
  return true
}

/** Errors that each host is given in a second, of those about neighbours that do not answer. */
const perSecond = 200

/** Tells senders, until there is no more to be told in this second. */
export const unreachable = (context: Context): ((packets: readonly Waiting[]) => void) => {
  const told = new Map<bigint, number>()
  return (packets) => {
    for (const one of packets) {
      const { dpid } = one.attachment
      const before = told.get(dpid) ?? 0
      if (before < perSecond && tell(one, context)) told.set(dpid, before + 1)
    }
  }
}
