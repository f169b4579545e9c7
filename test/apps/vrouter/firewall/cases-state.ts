import type { Case, Policies } from './case.ts'

const web = { groups: ['web'] }
const out80: Policies = {
  web: { ...web, rules: [{ direction: 'out', action: 'allow', protocol: 'tcp', ports: [80] }] },
}
const in80: Policies = { web: { ...web, rules: [{ direction: 'in', action: 'allow', protocol: 'tcp', ports: [80] }] } }
const outUdp: Policies = {
  web: { ...web, rules: [{ direction: 'out', action: 'allow', protocol: 'udp' }], default: { in: 'drop' } },
}
const inUdp: Policies = {
  web: { ...web, rules: [{ direction: 'in', action: 'allow', protocol: 'udp' }], default: { out: 'drop' } },
}
const closed: Policies = { web: { ...web, default: { in: 'drop', out: 'drop' }, rules: [] } }
const outPing: Policies = {
  web: { ...web, rules: [{ direction: 'out', action: 'allow', protocol: 'icmp' }], default: { in: 'drop' } },
}

/** Connections: their answers, errors about them, and what becomes of them when rules change. */
export const stateCases: readonly Case[] = [
  {
    title: 'answers of a connection that a port has begun come in, whatever it may receive',
    policies: {
      web: {
        ...web,
        rules: [{ direction: 'out', action: 'allow', protocol: 'tcp', ports: [80] }],
        default: { in: 'drop' },
      },
    },
    steps: [
      ['tcp a:4000 > b:80', 'pass'],
      ['tcp b:80 > a:4000 synack', 'pass'],
      ['tcp a:4000 > b:80 ack', 'pass'],
      ['tcp b:80 > a:4000 ack answer', 'pass'],
      ['tcp b:81 > a:4000', 'drop'],
      ['tcp c:80 > a:4000', 'drop'],
    ],
  },
  {
    title: 'answers of a port go out, whatever it may send',
    policies: {
      web: {
        ...web,
        rules: [{ direction: 'in', action: 'allow', protocol: 'tcp', ports: [80] }],
        default: { out: 'drop' },
      },
    },
    steps: [
      ['tcp b:4000 > a:80', 'pass'],
      ['tcp a:80 > b:4000 synack', 'pass'],
      ['tcp b:4000 > a:80 ack', 'pass'],
      ['tcp a:80 > b:4000 ack answer', 'pass'],
      ['tcp a:80 > b:4001', 'drop'],
    ],
  },
  {
    title: 'answers between two ports with policies',
    policies: {
      web: {
        ...web,
        rules: [{ direction: 'out', action: 'allow', protocol: 'tcp', ports: [5432] }],
        default: { in: 'drop' },
      },
      db: {
        groups: ['db'],
        rules: [{ direction: 'in', action: 'allow', protocol: 'tcp', ports: [5432] }],
        default: { out: 'drop' },
      },
    },
    steps: [
      ['tcp a:4000 > b:5432', 'pass'],
      ['tcp b:5432 > a:4000 synack', 'pass'],
      ['tcp a:4000 > b:5432 ack', 'pass'],
      ['tcp b:4000 > a:5432', 'drop'],
    ],
  },
  {
    title: 'an answer without a question: SYN ACK out of the blue',
    policies: in80,
    steps: [
      ['tcp b:4000 > a:80 synack', 'drop'],
      ['tcp a:80 > b:4000 synack', 'drop'],
    ],
  },
  {
    title: 'answers of UDP',
    policies: outUdp,
    steps: [
      ['udp a:4000 > b:53', 'pass'],
      ['udp b:53 > a:4000', 'pass'],
      ['udp b:54 > a:4000', 'drop'],
      ['udp b:53 > a:4001', 'drop'],
      ['udp c:53 > a:4000', 'drop'],
    ],
  },
  {
    title: 'answers of UDP over IPv6',
    policies: outUdp,
    steps: [
      ['udp6 a:4000 > b:53', 'pass'],
      ['udp6 b:53 > a:4000', 'pass'],
      ['udp6 b:54 > a:4000', 'drop'],
      ['udp b:53 > a:4000', 'drop'],
    ],
  },
  {
    title: 'answers to what others ask by UDP',
    policies: inUdp,
    steps: [
      ['udp b:4000 > a:53', 'pass'],
      ['udp a:53 > b:4000', 'pass'],
      ['udp a:53 > b:4001', 'drop'],
    ],
  },
  {
    title: 'answers of protocols without ports',
    policies: {
      web: { ...web, rules: [{ direction: 'out', action: 'allow', protocol: 47 }], default: { in: 'drop' } },
    },
    steps: [
      ['gre b > a', 'drop'],
      ['gre a > b', 'pass'],
      ['gre b > a', 'pass'],
      ['gre c > a', 'drop'],
    ],
  },
  {
    title: 'echo replies come back to who has asked',
    policies: outPing,
    steps: [
      ['ping a > b id 7', 'pass'],
      ['pong b > a id 7', 'pass'],
      ['pong b > a id 8', 'drop'],
      ['ping b > a id 7', 'drop'],
    ],
  },
  {
    title: 'echo replies over IPv6',
    policies: {
      web: { ...web, rules: [{ direction: 'out', action: 'allow', protocol: 'icmpv6' }], default: { in: 'drop' } },
    },
    steps: [
      ['ping6 a > b id 7', 'pass'],
      ['pong6 b > a id 7', 'pass'],
      ['pong6 b > a id 8', 'drop'],
      ['ping a > b', 'drop'],
    ],
  },
  {
    title: 'an error about a connection that passes is let in',
    policies: outUdp,
    steps: [
      ['udp a:4000 > b:53', 'pass'],
      ['unreachable b > a about udp a:4000 > b:53', 'pass'],
      ['exceeded b > a about udp a:4000 > b:53', 'pass'],
      ['toobig b > a about udp a:4000 > b:53', 'pass'],
      ['unreachable b > a about udp a:4001 > b:53', 'drop'],
    ],
  },
  {
    title: 'an error of a router on the way, too',
    policies: outUdp,
    steps: [
      ['udp a:4000 > x:53', 'pass'],
      ['exceeded y > a about udp a:4000 > x:53', 'pass'],
      ['exceeded y > a about udp a:4001 > x:53', 'drop'],
    ],
  },
  {
    title: 'errors over IPv6',
    policies: outUdp,
    steps: [
      ['udp6 a:4000 > b:53', 'pass'],
      ['unreachable6 b > a about udp6 a:4000 > b:53', 'pass'],
      ['toobig6 y > a about udp6 a:4000 > b:53', 'pass'],
      ['unreachable6 b > a about udp6 a:4009 > b:53', 'drop'],
    ],
  },
  {
    title: 'an error about a connection that others have begun is let out',
    policies: inUdp,
    steps: [
      ['udp b:4000 > a:53', 'pass'],
      ['unreachable a > b about udp b:4000 > a:53', 'pass'],
      ['unreachable a > b about udp b:4001 > a:53', 'drop'],
    ],
  },
  {
    title: 'errors about TCP',
    policies: out80,
    steps: [
      ['tcp a:4000 > b:80', 'pass'],
      ['unreachable b > a about tcp a:4000 > b:80', 'pass'],
      ['toobig y > a about tcp a:4000 > b:80', 'pass'],
    ],
  },
  {
    title: 'errors about a connection that is no more allowed are let in no more',
    policies: outUdp,
    steps: [
      ['udp a:4000 > b:53', 'pass'],
      ['unreachable b > a about udp a:4000 > b:53', 'pass'],
      { policies: closed },
      ['unreachable b > a about udp a:4000 > b:53', 'drop'],
    ],
  },
  {
    title: 'deny cuts an established connection at once, in both directions',
    policies: { web: { ...web, rules: [{ direction: 'out', action: 'allow', protocol: 'tcp' }] } },
    steps: [
      ['tcp a:4000 > b:80', 'pass'],
      ['tcp b:80 > a:4000 synack', 'pass'],
      ['tcp a:4000 > b:80 ack', 'pass'],
      { policies: { web: { ...web, rules: [{ direction: 'out', action: 'drop', protocol: 'tcp' }] } } },
      ['tcp b:80 > a:4000 ack answer', 'drop'],
      ['tcp a:4000 > b:80 ack', 'drop'],
    ],
  },
  {
    title: 'deny cuts what others have begun, too',
    policies: in80,
    steps: [
      ['tcp b:4000 > a:80', 'pass'],
      ['tcp a:80 > b:4000 synack', 'pass'],
      ['tcp b:4000 > a:80 ack', 'pass'],
      { policies: closed },
      ['tcp a:80 > b:4000 ack answer', 'drop'],
      ['tcp b:4000 > a:80 ack', 'drop'],
    ],
  },
  {
    title: 'the answers of UDP are cut though nothing more is asked',
    policies: outUdp,
    steps: [
      ['udp a:4000 > b:53', 'pass'],
      ['udp b:53 > a:4000', 'pass'],
      { policies: closed },
      ['udp b:53 > a:4000', 'drop'],
    ],
  },
  {
    title: 'a connection that was cut goes on where it is allowed again',
    policies: outUdp,
    steps: [
      ['udp a:4000 > b:53', 'pass'],
      { policies: closed },
      ['udp a:4000 > b:53', 'drop'],
      { policies: outUdp },
      ['udp a:4000 > b:53', 'pass'],
      ['udp b:53 > a:4000', 'pass'],
    ],
  },
  {
    title: 'a drop of higher priority cuts only what it matches',
    policies: { web: { ...web, rules: [{ direction: 'out', action: 'allow', protocol: 'tcp' }] } },
    steps: [
      ['tcp a:4000 > b:80', 'pass'],
      ['tcp b:80 > a:4000 synack', 'pass'],
      ['tcp a:4001 > c:80', 'pass'],
      ['tcp c:80 > a:4001 synack', 'pass'],
      {
        policies: {
          web: {
            ...web,
            rules: [
              { direction: 'out', action: 'allow', protocol: 'tcp' },
              { direction: 'out', action: 'drop', priority: 900, peer: { cidrs: ['10.0.0.2/32'] } },
            ],
          },
        },
      },
      ['tcp a:4000 > b:80 ack', 'drop'],
      ['tcp b:80 > a:4000 ack answer', 'drop'],
      ['tcp a:4001 > c:80 ack', 'pass'],
      ['tcp c:80 > a:4001 ack answer', 'pass'],
    ],
  },
  {
    title: 'a change that does not concern a connection leaves it alone',
    policies: out80,
    steps: [
      ['tcp a:4000 > b:80', 'pass'],
      ['tcp b:80 > a:4000 synack', 'pass'],
      {
        policies: {
          web: {
            ...web,
            rules: [
              { direction: 'out', action: 'allow', protocol: 'tcp', ports: [80] },
              { direction: 'out', action: 'allow', protocol: 'udp', ports: [53] },
              { direction: 'in', action: 'drop' },
            ],
          },
        },
      },
      ['tcp a:4000 > b:80 ack', 'pass'],
      ['tcp b:80 > a:4000 ack answer', 'pass'],
    ],
  },
  {
    title: 'a connection that another rule allows now goes on',
    policies: out80,
    steps: [
      ['tcp a:4000 > b:80', 'pass'],
      ['tcp b:80 > a:4000 synack', 'pass'],
      { policies: { web: { ...web, rules: [{ direction: 'out', action: 'allow', peer: { groups: ['db'] } }] } } },
      ['tcp a:4000 > b:80 ack', 'pass'],
      ['tcp b:80 > a:4000 ack answer', 'pass'],
    ],
  },
  {
    title: 'reject of an established connection, in both directions',
    policies: out80,
    steps: [
      ['tcp a:4000 > b:80', 'pass'],
      ['tcp b:80 > a:4000 synack', 'pass'],
      { policies: { web: { ...web, rules: [{ direction: 'out', action: 'reject' }] } } },
      ['tcp a:4000 > b:80 ack', 'reject'],
      ['tcp b:80 > a:4000 ack answer', 'reject'],
    ],
  },
  {
    title: 'the whole policy goes: everything passes again',
    policies: closed,
    steps: [['tcp a:4000 > b:80', 'drop'], { policies: {} }, ['tcp a:4000 > b:80', 'pass'], ['udp b:1 > a:1', 'pass']],
  },
  {
    title: 'the first packet is dropped, its repetition passes once it is allowed',
    policies: closed,
    steps: [
      ['tcp a:4000 > b:80', 'drop'],
      { policies: out80 },
      ['tcp a:4000 > b:80', 'pass'],
      ['tcp b:80 > a:4000 synack', 'pass'],
    ],
  },
  {
    title: 'a connection ends, and its port begins another',
    policies: out80,
    steps: [
      ['tcp a:4000 > b:80', 'pass'],
      ['tcp b:80 > a:4000 synack', 'pass'],
      ['tcp a:4000 > b:80 rst', 'pass'],
      ['tcp a:4001 > b:80', 'pass'],
      ['tcp b:80 > a:4001 synack', 'pass'],
    ],
  },
  {
    title: 'timestamps are asked and answered',
    policies: outPing,
    steps: [
      ['icmp a > b 13 0', 'pass'],
      ['icmp b > a 14 0', 'pass'],
    ],
  },
  {
    title: 'what begins no connection and belongs to none: a reply of ICMP',
    policies: { web: { ...web, default: { in: 'allow', out: 'allow' }, rules: [] } },
    steps: [
      ['pong b > a id 3', 'drop'],
      ['pong a > b id 3', 'drop'],
    ],
  },
]
