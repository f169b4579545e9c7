import { packet } from '../../controller/index.ts'

const { Dhcpv6Option, Dhcpv6Status, Dhcpv6Type, dhcpv6Addresses, dhcpv6Value, iaNaOption, statusOption } = packet

/** What a client is told of its link. */
export interface Link6 {
  readonly addresses: readonly string[]
  readonly dns: readonly string[]
}

export interface Terms6 {
  /** The server's DUID. */
  readonly server: Uint8Array
  /** Seconds for which addresses are given. */
  readonly lease: number
}

type Field = packet.Dhcpv6OptionField

const isSame = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, index) => byte === b[index])

/** Whether a message must name a server, may, or must not (RFC 8415 §16). */
const namesServer: Readonly<Record<number, 'must' | 'may' | 'not'>> = {
  [Dhcpv6Type.SOLICIT]: 'not',
  [Dhcpv6Type.REQUEST]: 'must',
  [Dhcpv6Type.CONFIRM]: 'not',
  [Dhcpv6Type.RENEW]: 'must',
  [Dhcpv6Type.REBIND]: 'not',
  [Dhcpv6Type.RELEASE]: 'must',
  [Dhcpv6Type.DECLINE]: 'must',
  [Dhcpv6Type.INFORMATION_REQUEST]: 'may',
}

const isForUs = ({ messageType, options }: packet.Dhcpv6, { server }: Terms6): boolean => {
  const rule = namesServer[messageType]
  const named = dhcpv6Value(options, Dhcpv6Option.SERVER_ID)
  if (rule === undefined || (named === undefined && rule === 'must') || (named && rule === 'not')) return false
  const hasClient = dhcpv6Value(options, Dhcpv6Option.CLIENT_ID) !== undefined
  return (hasClient || messageType === Dhcpv6Type.INFORMATION_REQUEST) && (!named || isSame(named, server))
}

/** RFC 8415 §14.2, §21.4: the client asks this server at half of the time, and any at four fifths. */
const lifetimesOf = (lease: number): packet.Lifetimes => ({
  ...{ renewal: Math.floor(lease / 2), rebinding: Math.floor(lease * 0.8) },
  ...{ preferred: lease, valid: lease },
})

/** The first interface of the client has the addresses of the port; a port has no more than one. */
const leases = (asked: packet.Dhcpv6, { addresses }: Link6, lease: number): Field[] => {
  const lifetimes = lifetimesOf(lease)
  const own = new Set(addresses.map(packet.ipv6Of))
  return packet.iaNasOf(asked.options).map(({ iaid, addresses: known }, index) => {
    const good = index === 0 ? addresses : []
    // A client may ask for any address at first; what it says it has, and has not, it must give up (RFC 8415 §18.3.4).
    const claims = asked.messageType === Dhcpv6Type.RENEW || asked.messageType === Dhcpv6Type.REBIND
    const revoked = claims ? known.filter((address) => index > 0 || !own.has(address)) : []
    const none = statusOption(Dhcpv6Status.NO_ADDRESSES, 'a port has the addresses of one interface')
    return iaNaOption(iaid, { good, revoked }, lifetimes, good.length === 0 ? none : undefined)
  })
}

/** RFC 8415 §18.3.3: whether the client, that has moved perhaps, still has the right addresses. */
const confirmed = (asked: packet.Dhcpv6, { addresses }: Link6): Field[] => {
  const own = new Set(addresses.map(packet.ipv6Of))
  const known = packet.iaNasOf(asked.options).flatMap((ia) => ia.addresses)
  const right = known.every((address) => own.has(address))
  return [
    right
      ? statusOption(Dhcpv6Status.SUCCESS, 'the addresses are those of the port')
      : statusOption(Dhcpv6Status.NOT_ON_LINK, `the addresses of this port are ${addresses.join(', ')}`),
  ]
}

const body = (asked: packet.Dhcpv6, link: Link6, { lease }: Terms6): Field[] => {
  const { messageType } = asked
  if (messageType === Dhcpv6Type.CONFIRM) return confirmed(asked, link)
  if (messageType === Dhcpv6Type.INFORMATION_REQUEST) return []
  if (messageType === Dhcpv6Type.RELEASE || messageType === Dhcpv6Type.DECLINE) {
    return [statusOption(Dhcpv6Status.SUCCESS, 'the addresses stay those of the port')]
  }
  return leases(asked, link, lease)
}

/** What a client is answered; undefined where that is nothing. */
export const answer6 = (asked: packet.Dhcpv6, link: Link6, terms: Terms6): packet.Dhcpv6 | undefined => {
  if (!isForUs(asked, terms)) return undefined
  // A client that names no addresses to confirm cannot be told of any (RFC 8415 §18.3.3).
  const isEmpty = packet.iaNasOf(asked.options).every(({ addresses }) => addresses.length === 0)
  if (asked.messageType === Dhcpv6Type.CONFIRM && isEmpty) return undefined
  const client = dhcpv6Value(asked.options, Dhcpv6Option.CLIENT_ID)
  const solicits = asked.messageType === Dhcpv6Type.SOLICIT
  const rapid = solicits && dhcpv6Value(asked.options, Dhcpv6Option.RAPID_COMMIT) !== undefined
  return {
    messageType: solicits && !rapid ? Dhcpv6Type.ADVERTISE : Dhcpv6Type.REPLY,
    transaction: asked.transaction,
    options: [
      ...(client ? [{ code: Dhcpv6Option.CLIENT_ID, value: client }] : []),
      { code: Dhcpv6Option.SERVER_ID, value: terms.server },
      ...(rapid ? [{ code: Dhcpv6Option.RAPID_COMMIT, value: new Uint8Array(0) }] : []),
      ...body(asked, link, terms),
      ...(link.dns.length === 0 ? [] : [{ code: Dhcpv6Option.DNS, value: dhcpv6Addresses(...link.dns) }]),
    ],
  }
}
