import {
  DhcpOption,
  DhcpPort,
  Dhcpv6Option,
  type Dhcpv6OptionField,
  Dhcpv6Port,
  dhcpAddresses,
  dhcpv6Servers,
  duidOf,
  encodeDhcp,
  encodeDhcpv6,
  iaNaOption,
  linkLocalOf,
  parseDhcp,
  parseDhcpv6,
  parsePacket,
  udpFrame,
} from '../../../controller/packet/index.ts'

export interface Question {
  readonly type: number
  readonly mac: number
  readonly xid?: number
  readonly ciaddr?: string
  readonly requested?: string
  readonly server?: string
  readonly giaddr?: string
  readonly broadcast?: boolean
}

const zeros = { renewal: 0, rebinding: 0, preferred: 0, valid: 0 }

/** What a client sends by DHCP. */
export const question = ({ type, mac, xid = 1, requested, server, ...rest }: Question): Uint8Array => {
  const options: [number, Uint8Array][] = [[DhcpOption.MESSAGE_TYPE, Uint8Array.of(type)]]
  if (requested !== undefined) options.push([DhcpOption.REQUESTED_ADDRESS, dhcpAddresses(requested)])
  if (server !== undefined) options.push([DhcpOption.SERVER_ID, dhcpAddresses(server)])
  const payload = encodeDhcp({ op: 1, xid, chaddr: mac, ...rest, options })
  const network = { src: rest.ciaddr ?? '0.0.0.0', dst: '255.255.255.255' }
  return udpFrame({ src: mac, dst: 'ff:ff:ff:ff:ff:ff' }, network, {
    src: DhcpPort.CLIENT,
    dst: DhcpPort.SERVER,
    payload,
  })
}

/** A frame that answers by DHCP. */
export const answerIn = (frame: Uint8Array) => {
  const { eth, ipv4, udp } = parsePacket(frame)
  const dhcp = udp && parseDhcp(udp.payload)
  const hex = (code: number): string => Buffer.from(dhcp?.options.get(code) ?? []).toString('hex')
  return { eth, ipv4, dhcp, hex }
}

export interface Question6 {
  readonly type: number
  readonly mac: number
  readonly xid?: number
  /** Addresses that the client names. */
  readonly addresses?: readonly string[]
  readonly iaids?: readonly number[]
  readonly more?: readonly Dhcpv6OptionField[]
}

/** What a client sends by DHCPv6. */
export const question6 = ({ type, mac, xid = 1, addresses = [], iaids = [1], more = [] }: Question6): Uint8Array => {
  const options = [
    { code: Dhcpv6Option.CLIENT_ID, value: duidOf(mac) },
    ...iaids.map((iaid) => iaNaOption(iaid, { good: addresses }, zeros)),
    ...more,
  ]
  const payload = encodeDhcpv6({ messageType: type, transaction: xid, options })
  return udpFrame(
    { src: mac, dst: dhcpv6Servers.mac },
    { src: linkLocalOf(mac), dst: dhcpv6Servers.address },
    { src: Dhcpv6Port.CLIENT, dst: Dhcpv6Port.SERVER, payload },
  )
}

/** A frame that answers by DHCPv6. */
export const answer6In = (frame: Uint8Array) => {
  const { eth, ipv6, udp } = parsePacket(frame)
  const dhcp = udp && parseDhcpv6(udp.payload)
  const value = (code: number) => dhcp?.options.find((option) => option.code === code)?.value
  return { eth, ipv6, dhcp, value }
}
