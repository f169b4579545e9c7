import t from 'tap'
import { announcementFrame, parsePacket, questionFrame } from '../../controller/packet/index.ts'
import { tshark } from '../support/needs.ts'
import { dissected } from './dissected.ts'

const mac = '02:00:00:00:00:01'
const v4 = { mac, address: '10.0.0.1' }
const v6 = { mac, address: 'fd00::1' }

t.test('who has an address is asked of all, or of those whose addresses end like it', async (t) => {
  t.match(parsePacket(questionFrame(v4, '10.0.0.2')), {
    eth: { src: 0x02_00_00_00_00_01, dst: 0xffff_ffff_ffff },
    arp: { op: 1, spa: 0x0a00_0001, tpa: 0x0a00_0002 },
  })
  const { eth, ipv6, neighbor } = parsePacket(questionFrame(v6, 'fd00::12:3456'))
  t.equal(eth?.dst, 0x3333_ff12_3456)
  t.equal(ipv6?.dst, 0xff02_0000_0000_0000_0000_0001_ff12_3456n)
  t.match(neighbor, { icmpType: 135, sll: 0x02_00_00_00_00_01 })
  t.equal(neighbor?.target, 0xfd00_0000_0000_0000_0000_0000_0012_3456n)
  t.throws(() => questionFrame(v4, 'fd00::2'), /fd00::2 is no IPv4 address/)
})

t.test('tshark reads who has come to an address, and whether it is a router', async (t) => {
  if (!tshark(t)) return
  const fields = [
    ...['eth.dst', 'arp.isannouncement', 'arp.src.proto_ipv4', 'ipv6.src', 'ipv6.dst', 'ipv6.hlim'],
    ...['icmpv6.nd.na.flag.r', 'icmpv6.nd.na.flag.o', 'icmpv6.nd.na.target_address', 'icmpv6.opt.linkaddr'],
    ...['icmpv6.checksum.status'],
  ]
  const all6 = ['33:33:00:00:00:01', '', '', 'fd00::1', 'ff02::1', '255']
  const frames = [announcementFrame(v4), announcementFrame(v6), announcementFrame(v6, { isRouter: true })]
  t.same(dissected(frames, fields), [
    ['ff:ff:ff:ff:ff:ff', '1', '10.0.0.1', ...Array(8).fill('')],
    [...all6, '0', '1', 'fd00::1', mac, '1'],
    [...all6, '1', '1', 'fd00::1', mac, '1'],
  ])
})
