import type { PolicyRule } from '../../../../controller/state/index.ts'
import type { Case, Policies } from './case.ts'

const web = { groups: ['web'] }
const drop25: PolicyRule = { direction: 'out', action: 'drop', protocol: 'tcp', ports: [25] }

const six = (rules: Policies['web']['rules'], rest: Policies['web']['default'] = {}): Policies => ({
  web: { ...web, rules, default: rest },
})

/** IPv6, reject, audit and reports. */
export const otherCases: readonly Case[] = [
  {
    title: 'IPv6: rules without addresses are about both',
    policies: six([{ direction: 'out', action: 'allow', protocol: 'tcp', ports: [80] }]),
    steps: [
      ['tcp a:1 > b:80', 'pass'],
      ['tcp6 a:1 > b:80', 'pass'],
      ['tcp6 a:1 > b:81', 'drop'],
      ['udp6 a:1 > b:80', 'drop'],
    ],
  },
  {
    title: 'IPv6: one address',
    policies: six([{ direction: 'out', action: 'allow', peer: { cidrs: ['fd00::2/128'] } }]),
    steps: [
      ['tcp6 a:1 > b:80', 'pass'],
      ['tcp6 a:1 > c:80', 'drop'],
      ['tcp a:1 > b:80', 'drop'],
    ],
  },
  {
    title: 'IPv6: a range',
    policies: six([{ direction: 'in', action: 'allow', protocol: 'udp', peer: { cidrs: ['2001:db8:1::/48'] } }]),
    steps: [
      ['udp6 x:1 > a:1', 'pass'],
      ['udp6 y:1 > a:1', 'drop'],
      ['tcp6 x:1 > a:1', 'drop'],
    ],
  },
  {
    title: 'IPv6: ranges with odd lengths',
    policies: six([{ direction: 'in', action: 'allow', peer: { cidrs: ['2001:db8::/33'] } }]),
    steps: [
      ['udp6 x:1 > a:1', 'pass'],
      ['udp6 y:1 > a:1', 'pass'],
      ['udp6 b:1 > a:1', 'drop'],
    ],
  },
  {
    title: 'IPv6: a TCP connection with its answers, cut',
    policies: six([{ direction: 'out', action: 'allow', protocol: 'tcp' }], { in: 'drop' }),
    steps: [
      ['tcp6 a:4000 > b:80', 'pass'],
      ['tcp6 b:80 > a:4000 synack', 'pass'],
      ['tcp6 a:4000 > b:80 ack', 'pass'],
      { policies: six([], { in: 'drop', out: 'drop' }) },
      ['tcp6 b:80 > a:4000 ack answer', 'drop'],
      ['tcp6 a:4000 > b:80 ack', 'drop'],
    ],
  },
  {
    title: 'reject what is sent: TCP, UDP and echoes',
    policies: six([{ direction: 'out', action: 'reject' }]),
    steps: [
      ['tcp a:1 > b:1', 'reject'],
      ['udp a:1 > b:1', 'reject'],
      ['ping a > b', 'reject'],
      ['tcp6 a:1 > b:1', 'reject'],
    ],
  },
  {
    title: 'reject what is received',
    policies: six([{ direction: 'in', action: 'reject', protocol: 'tcp', ports: [113] }], { in: 'allow' }),
    steps: [
      ['tcp b:1 > a:113', 'reject'],
      ['tcp b:1 > a:114', 'pass'],
      ['udp b:1 > a:113', 'pass'],
    ],
  },
  {
    title: 'reject from a group, drop from the others',
    policies: six([{ direction: 'in', action: 'reject', peer: { groups: ['db'] } }]),
    steps: [
      ['tcp b:1 > a:1', 'reject'],
      ['tcp c:1 > a:1', 'drop'],
    ],
  },
  {
    title: 'audit: what would be dropped passes',
    policies: { web: { ...web, audit: true, rules: [drop25] } },
    steps: [
      ['tcp a:1 > b:25', 'pass'],
      ['udp a:1 > b:1', 'pass'],
      ['tcp b:25 > a:1 synack', 'pass'],
    ],
  },
  {
    title: 'audit: what would be rejected passes, and is not answered',
    policies: { web: { ...web, audit: true, rules: [{ direction: 'out', action: 'reject' }] } },
    steps: [['tcp a:1 > b:25', 'pass']],
  },
  {
    title: 'audit: what would be allowed is not, where a policy in force drops it',
    policies: {
      try: { ...web, audit: true, rules: [{ direction: 'out', action: 'allow', priority: 999 }] },
      web: { ...web, default: { out: 'allow' }, rules: [drop25] },
    },
    steps: [
      ['tcp a:1 > b:25', 'drop'],
      ['tcp a:1 > b:26', 'pass'],
    ],
  },
  {
    title: 'audit: a drop of the highest priority hides no rule in force',
    policies: {
      try: { tier: 'operator', audit: true, rules: [{ direction: 'out', action: 'drop', priority: 999 }] },
      web: { ...web, rules: [{ direction: 'out', action: 'allow', protocol: 'tcp', ports: [80] }] },
    },
    steps: [
      ['tcp a:1 > b:80', 'pass'],
      ['tcp a:1 > b:81', 'drop'],
      ['tcp c:1 > b:81', 'pass'],
    ],
  },
  {
    title: 'audit: both directions, with groups',
    policies: {
      try: { groups: ['db'], audit: true, rules: [{ direction: 'in', action: 'drop', peer: { groups: ['web'] } }] },
    },
    steps: [
      ['tcp a:1 > b:1', 'pass'],
      ['tcp b:1 > a:2 synack', 'pass'],
      ['ping b > a', 'pass'],
    ],
  },
  {
    title: 'audit: packets of no connection pass, too',
    policies: { web: { ...web, audit: true, rules: [drop25] } },
    steps: [
      ['tcp a:1 > b:9 synack', 'pass'],
      ['pong a > b id 4', 'pass'],
      ['other a > b', 'pass'],
    ],
  },
  {
    title: 'audit ends: what was counted is dropped',
    policies: { web: { ...web, audit: true, rules: [drop25] } },
    steps: [
      ['tcp a:1 > b:25', 'pass'],
      { policies: { web: { ...web, rules: [drop25] } } },
      ['tcp a:1 > b:25', 'drop'],
      { policies: { web: { ...web, audit: true, rules: [drop25] } } },
      ['tcp a:1 > b:25', 'pass'],
    ],
  },
  {
    title: 'audit with reports tells what would be dropped',
    policies: { web: { ...web, audit: true, rules: [{ ...drop25, log: true }] } },
    steps: [
      ['tcp a:1 > b:25', 'pass log'],
      ['tcp a:1 > b:26', 'pass'],
    ],
  },
  {
    title: 'reports of what is dropped',
    policies: six([{ ...drop25, log: true }], { out: 'allow' }),
    steps: [
      ['tcp a:1 > b:25', 'drop log'],
      ['tcp a:1 > b:26', 'pass'],
    ],
  },
  {
    title: 'reports of what is allowed: the first packet of each connection',
    policies: six([{ direction: 'out', action: 'allow', protocol: 'tcp', ports: [80], log: true }]),
    steps: [
      ['tcp a:4000 > b:80', 'pass log'],
      ['tcp b:80 > a:4000 synack', 'pass'],
      ['tcp a:4000 > b:80 ack', 'pass'],
      ['tcp a:4001 > b:80', 'pass log'],
      ['tcp a:4001 > b:81', 'drop'],
    ],
  },
  {
    title: 'reports of what comes in from a range',
    policies: six([
      { direction: 'in', action: 'allow', protocol: 'udp', peer: { cidrs: ['198.51.100.0/24'] }, log: true },
    ]),
    steps: [
      ['udp x:1 > a:53', 'pass log'],
      ['udp a:53 > x:1', 'pass'],
      ['udp y:1 > a:53', 'drop'],
    ],
  },
  {
    title: 'reports of SCTP, both ways',
    policies: six([{ direction: 'out', action: 'allow', protocol: 'sctp', ports: [2905], log: true }]),
    steps: [
      ['sctp a:1000 > b:2905', 'pass log'],
      ['sctp b:2905 > a:1000', 'pass'],
      ['sctp a:2905 > b:1000', 'drop'],
    ],
  },
  {
    title: 'fragments pass where the datagram may, though only the first names ports: when the last has come',
    policies: six([{ direction: 'out', action: 'allow', protocol: 'udp', ports: [53] }]),
    steps: [
      ['udp a:4000 > b:53 fragment first 1', 'drop'],
      ['udp a:4000 > b:53 fragment middle 1', 'drop'],
      ['udp a:4000 > b:53 fragment last 1', 'pass all'],
      ['udp a:4000 > b:54 fragment first 2', 'drop'],
      ['udp a:4000 > b:54 fragment middle 2', 'drop'],
      ['udp a:4000 > b:54 fragment last 2', 'drop'],
    ],
  },
  {
    title: 'fragments that come in, in whatever order',
    policies: six([{ direction: 'in', action: 'allow', protocol: 'udp', ports: [53] }]),
    steps: [
      ['udp b:4000 > a:53 fragment last 3', 'drop'],
      ['udp b:4000 > a:53 fragment first 3', 'drop'],
      ['udp b:4000 > a:53 fragment middle 3', 'pass all'],
      ['udp b:4000 > a:54 fragment middle 4', 'drop'],
      ['udp b:4000 > a:54 fragment last 4', 'drop'],
      ['udp b:4000 > a:54 fragment first 4', 'drop'],
    ],
  },
  {
    title: 'fragments of an answer',
    policies: six([{ direction: 'out', action: 'allow', protocol: 'udp', ports: [53] }], { in: 'drop' }),
    steps: [
      ['udp a:4000 > b:53', 'pass'],
      ['udp b:53 > a:4000 fragment first 5', 'drop'],
      ['udp b:53 > a:4000 fragment middle 5', 'drop'],
      ['udp b:53 > a:4000 fragment last 5', 'pass all'],
      ['udp b:53 > a:4001 fragment first 6', 'drop'],
      ['udp b:53 > a:4001 fragment middle 6', 'drop'],
      ['udp b:53 > a:4001 fragment last 6', 'drop'],
    ],
  },
  {
    title: 'fragments of IPv6',
    policies: six([{ direction: 'out', action: 'allow', protocol: 'udp', ports: [53] }]),
    steps: [
      ['udp6 a:4000 > b:53 fragment first 7', 'drop'],
      ['udp6 a:4000 > b:53 fragment middle 7', 'drop'],
      ['udp6 a:4000 > b:53 fragment last 7', 'pass all'],
      ['udp6 a:4000 > b:54 fragment first 8', 'drop'],
      ['udp6 a:4000 > b:54 fragment middle 8', 'drop'],
      ['udp6 a:4000 > b:54 fragment last 8', 'drop'],
    ],
  },
  {
    title: 'fragments of which one never comes',
    policies: six([{ direction: 'out', action: 'allow', protocol: 'udp', ports: [53] }]),
    steps: [
      ['udp a:4000 > b:53 fragment first 9', 'drop'],
      ['udp a:4000 > b:53 fragment last 9', 'drop'],
      ['udp a:4000 > b:53 fragment middle 10', 'drop'],
    ],
  },
  {
    title: 'fragments between ports that no policy concerns pass one by one',
    policies: six([], { out: 'drop' }),
    steps: [
      ['udp b:4000 > c:53 fragment middle 11', 'pass'],
      ['udp b:4000 > c:53 fragment first 11', 'pass'],
      ['udp a:4000 > c:53 fragment first 11', 'drop'],
    ],
  },
]
