import t from 'tap'
import {
  addressBytes,
  arpReplyFrame,
  arpRequestFrame,
  echoFrame,
  encodeEthernet,
  familyOf,
  Icmpv6Type,
  icmpFrame,
  internetChecksum,
  ipv4ChecksumOk,
  isGroupMac,
  neighborFrame,
  parsePacket,
  tcpFrame,
  udpFrame,
  updatedChecksum,
} from '../../controller/packet/index.ts'

const link = { src: '00:00:00:00:00:01', dst: '00:00:00:00:00:02' }
const v4 = { src: '10.0.0.1', dst: '10.0.0.2' }
const v6 = { src: 'fd00::1', dst: 'fd00::2' }

/** The checksum over a transport part and its pseudo header; 0 where it is right. */
const transportChecksum = (network: { src: string; dst: string }, protocol: number, part: Uint8Array): number => {
  const pseudo = new Uint8Array([...addressBytes(network), 0, protocol, part.length >>> 8, part.length & 0xff])
  return internetChecksum(new Uint8Array([...pseudo, ...part]))
}

t.test('frames that are built read back, with right checksums', async (t) => {
  for (const network of [v4, v6]) {
    const head = network === v4 ? 34 : 54
    const udp = udpFrame(link, network, { src: 1000, dst: 53, payload: new Uint8Array([1, 2, 3]) })
    t.match(parsePacket(udp), { eth: { src: 1, dst: 2 }, udp: { src: 1000, dst: 53, length: 11 } })
    t.equal(transportChecksum(network, 17, udp.subarray(head)), 0)
    const tcp = tcpFrame(link, network, { src: 5, dst: 80, payload: new Uint8Array([9]) })
    t.match(parsePacket(tcp), { tcp: { src: 5, dst: 80, flags: 2 } })
    t.equal(transportChecksum(network, 6, tcp.subarray(head)), 0)
  }
  const echo = echoFrame(link, v4, { identifier: 7, sequence: 9 })
  t.equal(ipv4ChecksumOk(echo.subarray(14)), true)
  t.match(parsePacket(echo), { icmp: { icmpType: 8, rest: 0x70009 } })
  t.equal(internetChecksum(echo.subarray(34)), 0)
  const echo6 = echoFrame(link, v6, { reply: true })
  t.match(parsePacket(echo6), { icmpv6: { icmpType: 129 } })
  t.equal(transportChecksum(v6, 58, echo6.subarray(54)), 0)
})

t.test('an error goes by the ICMP of its addresses, around what it quotes', async (t) => {
  const payload = new Uint8Array([0x45, 0, 0, 28])
  const error = icmpFrame(link, v4, { icmpType: 3, code: 4, rest: 1400, payload })
  t.match(parsePacket(error), { ipv4: { ttl: 64 }, icmp: { icmpType: 3, code: 4, rest: 1400 } })
  t.same(parsePacket(error).icmp?.payload, payload)
  t.equal(internetChecksum(error.subarray(34)), 0)
  const error6 = icmpFrame(link, v6, { icmpType: 2, rest: 1400, payload })
  t.match(parsePacket(error6), { ipv6: { hopLimit: 64 }, icmpv6: { icmpType: 2, rest: 1400 } })
  t.equal(transportChecksum(v6, 58, error6.subarray(54)), 0)
})

t.test('addresses tell their version of IP, and whether many stations have them', async (t) => {
  t.same(['10.0.0.1', '10.0.0.0/8', 'fd00::1', '::/0'].map(familyOf), [4, 4, 6, 6])
  const macs = [0x02_00_00_00_00_01, 0x33_33_00_00_00_01, 0xff_ff_ff_ff_ff_ff, 0xfe_ff_ff_ff_ff_ff]
  t.same(macs.map(isGroupMac), [false, true, true, false])
})

t.test('ARP asks everybody and answers one', async (t) => {
  const asked = arpRequestFrame({ mac: link.src, ip: v4.src }, v4.dst)
  t.match(parsePacket(asked), { eth: { dst: 0xffffffffffff }, arp: { op: 1, sha: 1, tpa: 0x0a000002 } })
  const told = arpReplyFrame({ mac: link.dst, ip: v4.dst }, { mac: link.src, ip: v4.src })
  t.match(parsePacket(told), { eth: { dst: 1, src: 2 }, arp: { op: 2, sha: 2, spa: 0x0a000002, tha: 1 } })
})

t.test('neighbour discovery carries its target and link-layer address', async (t) => {
  const frame = neighborFrame(link, v6, {
    icmpType: Icmpv6Type.NEIGHBOR_SOLICITATION,
    target: 'fd00::2',
    sll: link.src,
  })
  t.match(parsePacket(frame), { ipv6: { hopLimit: 255 }, neighbor: { icmpType: 135, sll: 1 } })
  t.equal(parsePacket(frame).neighbor?.target, 0xfd00_0000_0000_0000_0000_0000_0000_0002n)
})

t.test('a tag stands before the EtherType', async (t) => {
  const frame = encodeEthernet({ ...link, tags: [{ vid: 10, pcp: 5 }], etherType: 0x0806, payload: new Uint8Array(2) })
  t.match(parsePacket(frame).eth, { tags: [{ vid: 10, pcp: 5, tpid: 0x8100 }], etherType: 0x0806 })
})

t.test('a checksum is amended to what computing it anew gives', async (t) => {
  const bytes = new Uint8Array([0x12, 0x34, 0xff, 0xff, 0x00, 0x00, 0xab, 0xcd])
  let checksum = internetChecksum(bytes)
  for (const value of [0, 1, 0xffff, 0x8000, 0x1234]) {
    const from = (bytes[0] as number) * 256 + (bytes[1] as number)
    bytes[0] = value >>> 8
    bytes[1] = value & 0xff
    checksum = updatedChecksum(checksum, from, value)
    t.equal(checksum, internetChecksum(bytes), `0x${from.toString(16)} to 0x${value.toString(16)}`)
  }
})

t.test('text that is no address is refused by name', async (t) => {
  t.throws(() => udpFrame({ ...link, src: 'nobody' }, v4, { src: 1, dst: 2 }), /nobody is no Ethernet address/)
  t.throws(() => udpFrame(link, { ...v4, dst: '10.0.0' }, { src: 1, dst: 2 }), /10.0.0 is no IPv4 address/)
  t.throws(() => udpFrame(link, { ...v6, dst: 'fd00::1::2' }, { src: 1, dst: 2 }), /is no IPv6 address/)
})
