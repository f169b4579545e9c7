import t from 'tap'
import {
  DhcpOption,
  DhcpType,
  Dhcpv6Option,
  Dhcpv6Type,
  dhcpAddress,
  dhcpAddresses,
  dhcpByte,
  dhcpRoutes,
  dhcpU16,
  dhcpU32,
  dhcpv6Addresses,
  duidOf,
  encodeDhcp,
  encodeDhcpv6,
  iaNaOption,
  iaNasOf,
  ipv4Of,
  ipv6Of,
  parseDhcp,
  parseDhcpv6,
  statusOption,
  udpFrame,
} from '../../controller/packet/index.ts'
import { tshark } from '../support/needs.ts'
import { dissected } from './dissected.ts'
import { bytesOf, type PacketLine, vectorLines } from './vectors.ts'

const link = { src: '02:00:00:00:00:01', dst: '02:00:00:00:00:02' }
const lifetimes = { renewal: 50, rebinding: 80, preferred: 90, valid: 100 }

/** An option as os-ken has it: its value in base 64; only its bytes where it is cut. */
interface OsKenOptions {
  readonly option_list: readonly (string | { readonly option: { readonly tag: number; readonly value: string } })[]
}

const offer = encodeDhcp({
  op: 2,
  xid: 0x12345678,
  broadcast: true,
  yiaddr: '10.0.0.5',
  chaddr: link.dst,
  options: [
    [DhcpOption.MESSAGE_TYPE, Uint8Array.of(DhcpType.OFFER)],
    [DhcpOption.SERVER_ID, dhcpAddresses('10.0.0.1')],
    [DhcpOption.LEASE_TIME, dhcpU32(3600)],
    [DhcpOption.DNS, dhcpAddresses('10.0.0.53', '10.0.0.54')],
    [DhcpOption.MTU, dhcpU16(1442)],
    [
      DhcpOption.CLASSLESS_ROUTES,
      dhcpRoutes([
        { destination: '0.0.0.0', prefix: 0, router: '10.0.0.1' },
        { destination: '10.17.0.0', prefix: 12, router: '10.0.0.9' },
        { destination: '10.229.0.128', prefix: 25, router: '10.0.0.9' },
      ]),
    ],
  ],
})

const advertise = encodeDhcpv6({
  messageType: Dhcpv6Type.ADVERTISE,
  transaction: 0xabcdef,
  options: [
    { code: Dhcpv6Option.SERVER_ID, value: duidOf(link.src) },
    iaNaOption(7, { good: ['fd00::5'], revoked: ['fd00::6'] }, lifetimes, statusOption(0, 'fine')),
    { code: Dhcpv6Option.DNS, value: dhcpv6Addresses('fd00::53') },
  ],
})

t.test('a DHCP message is read back as it was written', async (t) => {
  const read = parseDhcp(offer)
  t.match(read, { op: 2, xid: 0x12345678, broadcast: true, yiaddr: ipv4Of('10.0.0.5'), chaddr: 0x020000000002 })
  const options = read?.options ?? new Map()
  t.equal(dhcpByte(options, DhcpOption.MESSAGE_TYPE), DhcpType.OFFER)
  t.equal(dhcpAddress(options, DhcpOption.SERVER_ID), ipv4Of('10.0.0.1'))
  t.equal(dhcpAddress(options, DhcpOption.DNS), undefined, 'two addresses are not one')
  t.equal(offer.length >= 300, true, 'BOOTP relays and clients drop shorter ones')
})

t.test('an option of more than 255 bytes goes in parts, and comes whole', async (t) => {
  const value = Uint8Array.from({ length: 600 }, (_, index) => index)
  const read = parseDhcp(encodeDhcp({ op: 1, xid: 1, chaddr: 1, options: [[DhcpOption.CLASSLESS_ROUTES, value]] }))
  t.same(read?.options.get(DhcpOption.CLASSLESS_ROUTES), value)
})

t.test('options may go on in the fields of the file and the server name', async (t) => {
  const bytes = encodeDhcp({ op: 1, xid: 1, chaddr: 1, options: [[DhcpOption.OVERLOAD, Uint8Array.of(3)]] })
  bytes.set([DhcpOption.MTU, 1, 5, 255], 108)
  bytes.set([DhcpOption.MTU, 1, 220, 255], 44)
  t.same(parseDhcp(bytes)?.options.get(DhcpOption.MTU), Uint8Array.of(5, 220), 'the file first')
})

t.test('what os-ken has read is read the same', async (t) => {
  const lines = vectorLines<PacketLine>('osken-packets.jsonl').filter((line) => line.class === 'dhcp')
  for (const { hex, decoded } of lines) {
    const said = decoded.dhcp ?? {}
    const read = parseDhcp(bytesOf(hex))
    for (const name of ['ciaddr', 'yiaddr', 'siaddr', 'giaddr'] as const)
      t.equal(read?.[name], ipv4Of(String(said[name])))
    const { option_list } = (said.options as { options: OsKenOptions }).options
    const whole = option_list.flatMap((one) => (typeof one === 'string' ? [] : [one.option]))
    t.same(
      [...(read?.options ?? [])].map(([code, value]) => [code, Buffer.from(value).toString('base64')]),
      whole.map(({ tag, value }) => [tag, value]),
      'the one that is cut is left out',
    )
  }
})

t.test('a DHCPv6 message is read back as it was written', async (t) => {
  const read = parseDhcpv6(advertise)
  t.match(read, { messageType: Dhcpv6Type.ADVERTISE, transaction: 0xabcdef })
  t.same(iaNasOf(read?.options ?? []), [{ iaid: 7, addresses: [ipv6Of('fd00::5'), ipv6Of('fd00::6')] }])
})

t.test('no message makes the parsers throw, wherever it is cut', async (t) => {
  let seed = 11
  const random = (): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff
    return seed >>> 8
  }
  for (let count = 0; count < 300; count++) {
    for (const whole of [offer, advertise]) {
      const bytes = whole.slice(0, random() % (whole.length + 1))
      // Only behind the head, which would refuse it before options are read.
      for (let change = 0; change < 4; change++) bytes[(whole === offer ? 240 : 4) + (random() % 60)] = random()
      parseDhcp(bytes)
      iaNasOf(parseDhcpv6(bytes)?.options ?? [])
    }
  }
  t.equal(parseDhcp(offer.subarray(0, 239)), undefined)
  t.equal(parseDhcpv6(advertise.subarray(0, 3)), undefined)
})

t.test('tshark reads what was meant', async (t) => {
  if (!tshark(t)) return
  const frames = [
    udpFrame(link, { src: '10.0.0.1', dst: '255.255.255.255' }, { src: 67, dst: 68, payload: offer }),
    udpFrame(link, { src: 'fe80::1', dst: 'fe80::2' }, { src: 547, dst: 546, payload: advertise }),
  ]
  const [one, two] = dissected(frames, [
    ...['_ws.malformed', 'udp.checksum.status', 'dhcp.option.dhcp', 'dhcp.ip.your'],
    ...['dhcp.option.dhcp_server_id', 'dhcp.option.domain_name_server', 'dhcp.option.interface_mtu'],
    'dhcp.option.classless_static_route',
    ...['dhcpv6.msgtype', 'dhcpv6.iaid', 'dhcpv6.iaid.t1', 'dhcpv6.iaaddr.ip', 'dhcpv6.iaaddr.valid_lifetime'],
    ...['dhcpv6.duidll.link_layer_addr', 'dhcpv6.dns_server', 'dhcpv6.status_code'],
  ])
  t.same(one?.slice(0, 7), ['', '1', '2', '10.0.0.5', '10.0.0.1', '10.0.0.53,10.0.0.54', '1442'])
  t.equal(one?.[7]?.replaceAll(/[:,]/g, ''), '000a0000010c0a110a000009190ae500800a000009')
  t.same(two?.slice(0, 2), ['', '1'])
  t.same(two?.slice(8, 13), ['2', '00000007', '50', 'fd00::5,fd00::6', '100,0'])
  t.same(two?.slice(13), [link.src, 'fd00::53', '0'])
})
