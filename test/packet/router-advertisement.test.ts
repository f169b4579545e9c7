import t from 'tap'
import { routerAdvertisementFrame } from '../../controller/packet/index.ts'
import { tshark } from '../support/needs.ts'
import { dissected } from './dissected.ts'

const fields = [
  '_ws.malformed',
  'icmpv6.checksum.status',
  'icmpv6.nd.ra.cur_hop_limit',
  'icmpv6.nd.ra.flag',
  'icmpv6.nd.ra.router_lifetime',
  'icmpv6.opt.linkaddr',
  'icmpv6.opt.mtu',
  'icmpv6.opt.prefix',
  'icmpv6.opt.prefix.length',
  'icmpv6.opt.prefix.flag',
  'icmpv6.opt.prefix.valid_lifetime',
  'icmpv6.opt.rdnss',
] as const

const link = { src: '02:00:00:00:fe:01', dst: '33:33:00:00:00:01' }
const network = { src: 'fe80::ff:fe00:fe01', dst: 'ff02::1' }
const plain = {
  hopLimit: 0,
  managed: false,
  other: false,
  lifetime: 0,
  mac: link.src,
  mtu: 1280,
  prefixes: [],
  dns: [],
}

t.test('tshark reads what a router advertisement was meant to say', (t) => {
  if (!tshark(t)) return t.end()
  const prefixes = [
    { prefix: 'fd00:1::', length: 64, onLink: true, autonomous: false },
    { prefix: '2001:db8::', length: 56, onLink: false, autonomous: true },
  ]
  const full = { ...plain, hopLimit: 64, managed: true, other: true, lifetime: 1800, mtu: 1400, prefixes }
  // The last field of the last frame has a value: empty ones at the end of a text are cut.
  const frames = [
    routerAdvertisementFrame(link, network, plain),
    routerAdvertisementFrame(link, network, { ...full, dns: ['fd00::53', 'fd00::54'] }),
  ]
  t.same(dissected(frames, fields), [
    ['', '1', '0', '0x00', '0', link.src, '1280', '', '', '', '', ''],
    [
      ...['', '1', '64', '0xc0', '1800', link.src, '1400', 'fd00:1::,2001:db8::', '64,56', '0x80,0x40', '3600,3600'],
      'fd00::53,fd00::54',
    ],
  ])
  t.end()
})
