import type { Case } from './case.ts'

const web = { groups: ['web'] }

const tcpRange = (...ports: (number | string)[]): Case['policies'] => ({
  web: { ...web, rules: [{ direction: 'out', action: 'allow', protocol: 'tcp', ports }] },
})

/** Ranges and ports enough for each side of a rule to be matched by itself. */
const manyRanges = ['198.51.100.0/24', '192.0.2.0/24', '10.0.0.2/32', '10.8.0.0/16', '2001:db8:1::/48', 'fd00::2/128']
const manyPorts = [22, 80, 443, 5432, '8000-8010', 9000]

/** A rule that names much on both sides. */
const many = {
  direction: 'out',
  action: 'allow',
  protocol: 'tcp',
  ports: manyPorts,
  peer: { cidrs: manyRanges },
} as const

/** A range, and packets to ports at its ends and beside them. */
const rangeCase = (range: string, inside: readonly number[], outside: readonly number[]): Case => ({
  title: `ports ${range}`,
  policies: tcpRange(range),
  steps: [
    ...inside.map((port) => [`tcp a:4000 > b:${port}`, 'pass'] as const),
    ...outside.map((port) => [`tcp a:4000 > b:${port}`, 'drop'] as const),
  ],
})

/** Ports, ranges of them, and types of ICMP. */
export const serviceCases: readonly Case[] = [
  rangeCase('8000-8999', [8000, 8191, 8192, 8500, 8999], [7999, 9000]),
  rangeCase('1-65535', [1, 2, 32767, 32768, 65535], []),
  rangeCase('1-65534', [1, 32768, 65534], [65535]),
  rangeCase('2-65535', [2, 65535], [1]),
  rangeCase('1024-65535', [1024, 1025, 65535], [1023, 1]),
  rangeCase('1-1023', [1, 512, 1023], [1024, 2000]),
  rangeCase('80-80', [80], [79, 81]),
  rangeCase('79-81', [79, 80, 81], [78, 82]),
  rangeCase('255-256', [255, 256], [254, 257, 511]),
  rangeCase('32767-32768', [32767, 32768], [32766, 32769, 1]),
  rangeCase('30000-32767', [30000, 31000, 32767], [29999, 32768]),
  rangeCase('4096-8191', [4096, 8191], [4095, 8192]),
  rangeCase('1000-1999', [1000, 1023, 1024, 1999], [999, 2000]),
  rangeCase('65535-65535', [65535], [65534]),
  {
    title: 'a list of ports and ranges',
    policies: tcpRange(22, '80-81', 443),
    steps: [
      ['tcp a:1 > b:22', 'pass'],
      ['tcp a:1 > b:80', 'pass'],
      ['tcp a:1 > b:81', 'pass'],
      ['tcp a:1 > b:443', 'pass'],
      ['tcp a:1 > b:82', 'drop'],
      ['tcp a:1 > b:23', 'drop'],
    ],
  },
  {
    title: 'ranges that overlap',
    policies: tcpRange('100-200', '150-300', 200),
    steps: [
      ['tcp a:1 > b:100', 'pass'],
      ['tcp a:1 > b:180', 'pass'],
      ['tcp a:1 > b:300', 'pass'],
      ['tcp a:1 > b:301', 'drop'],
    ],
  },
  {
    title: 'a range of UDP, over IPv4 and IPv6',
    policies: { web: { ...web, rules: [{ direction: 'in', action: 'allow', protocol: 'udp', ports: ['5000-5009'] }] } },
    steps: [
      ['udp b:1 > a:5000', 'pass'],
      ['udp6 b:1 > a:5009', 'pass'],
      ['udp b:1 > a:5010', 'drop'],
      ['udp6 b:1 > a:4999', 'drop'],
    ],
  },
  {
    title: 'a hole in a range',
    policies: {
      web: {
        ...web,
        rules: [
          { direction: 'out', action: 'allow', protocol: 'tcp', ports: ['1-1000'] },
          { direction: 'out', action: 'drop', protocol: 'tcp', ports: ['500-510'] },
        ],
      },
    },
    steps: [
      ['tcp a:1 > b:499', 'pass'],
      ['tcp a:1 > b:500', 'drop'],
      ['tcp a:1 > b:510', 'drop'],
      ['tcp a:1 > b:511', 'pass'],
    ],
  },
  {
    title: 'the port counts of the side that answers, in answers too',
    policies: {
      web: {
        ...web,
        rules: [{ direction: 'out', action: 'allow', protocol: 'tcp', ports: [80] }],
        default: { in: 'drop' },
      },
    },
    steps: [
      ['tcp a:80 > b:80', 'pass'],
      ['tcp b:80 > a:80 synack', 'pass'],
      ['tcp b:81 > a:80', 'drop'],
    ],
  },
  {
    title: 'many ranges and many ports: both have to match',
    policies: {
      web: {
        ...web,
        rules: [many],
      },
    },
    steps: [
      ['tcp a:1 > x:80', 'pass'],
      ['tcp x:80 > a:1 synack', 'pass'],
      ['tcp a:1 > b:8009', 'pass'],
      ['tcp6 a:1 > x:443', 'pass'],
      ['tcp a:1 > x:81', 'drop'],
      ['tcp a:1 > y:80', 'drop'],
      ['udp a:1 > x:80', 'drop'],
      ['tcp6 a:1 > y:443', 'drop'],
    ],
  },
  {
    title: 'many groups, ranges and ports',
    groups: { a: ['web'], b: ['db'] },
    policies: {
      many: {
        groups: ['web', 'db', 'jobs'],
        rules: [{ ...many, direction: 'in', protocol: 'udp' }],
      },
    },
    steps: [
      ['udp x:1 > a:80', 'pass'],
      ['udp x:1 > b:80', 'pass'],
      ['udp a:80 > x:1', 'pass'],
      ['udp y:1 > a:80', 'drop'],
      ['udp x:1 > b:81', 'drop'],
      ['udp x:1 > c:81', 'pass'],
    ],
  },
  {
    title: 'rules that name much share what they have in common, and stay apart',
    policies: {
      one: {
        ...web,
        rules: [many],
      },
      two: {
        ...web,
        rules: [{ ...many, ports: [...manyPorts, 7], peer: { cidrs: [...manyRanges.slice(1), '203.0.113.0/24'] } }],
      },
    },
    steps: [
      ['tcp a:1 > x:80', 'pass'],
      ['tcp a:1 > y:80', 'pass'],
      ['tcp a:1 > y:7', 'pass'],
      ['tcp a:1 > x:7', 'drop'],
      ['tcp a:1 > c:80', 'drop'],
    ],
  },
  {
    title: 'of rules that share much one goes',
    policies: {
      one: {
        ...web,
        rules: [many],
      },
      two: {
        ...web,
        rules: [{ ...many, peer: { cidrs: [...manyRanges, '203.0.113.0/24'] } }],
      },
    },
    steps: [
      ['tcp a:1 > x:80', 'pass'],
      ['tcp a:1 > y:80', 'pass'],
      {
        policies: {
          one: {
            ...web,
            rules: [many],
          },
        },
      },
      ['tcp a:1 > x:80', 'pass'],
      ['tcp a:1 > y:80', 'drop'],
    ],
  },
  {
    title: 'rules that name much have their place among the others',
    policies: {
      web: {
        ...web,
        rules: [
          many,
          { direction: 'out', action: 'drop', protocol: 'tcp', ports: [80] },
          { direction: 'out', action: 'allow', protocol: 'tcp', priority: 100 },
          { ...many, action: 'drop', peer: { cidrs: manyRanges.slice(1) }, priority: 200 },
        ],
      },
    },
    steps: [
      ['tcp a:1 > x:80', 'drop'],
      ['tcp a:1 > x:443', 'pass'],
      ['tcp a:1 > x:9', 'pass'],
      ['tcp a:1 > b:9', 'pass'],
    ],
  },
  {
    title: 'reports of rules that name much',
    policies: {
      web: {
        ...web,
        rules: [{ ...many, log: true }],
      },
    },
    steps: [
      ['tcp a:1 > x:80', 'pass log'],
      ['tcp x:80 > a:1 synack', 'pass'],
      ['tcp a:1 > x:80 ack', 'pass'],
      ['tcp a:1 > x:81', 'drop'],
    ],
  },
  {
    title: 'audit and reject of rules that name much',
    policies: {
      try: {
        ...web,
        audit: true,
        rules: [{ ...many, action: 'drop', log: true }],
      },
      web: {
        ...web,
        default: { out: 'allow' },
        rules: [{ ...many, action: 'reject', protocol: 'udp' }],
      },
    },
    steps: [
      ['tcp a:1 > x:80', 'pass log'],
      ['tcp a:1 > x:81', 'pass'],
      ['udp a:1 > x:80', 'reject'],
      ['udp a:1 > y:80', 'pass'],
    ],
  },
  {
    title: 'SCTP of many ports and ranges',
    policies: {
      web: {
        ...web,
        rules: [{ ...many, protocol: 'sctp' }],
      },
    },
    steps: [
      ['sctp a:1 > b:80', 'pass'],
      ['sctp b:80 > a:1', 'pass'],
      ['sctp a:1 > c:80', 'drop'],
      ['sctp a:1 > x:81', 'drop'],
    ],
  },
  {
    title: 'all of ICMP',
    policies: { web: { ...web, rules: [{ direction: 'in', action: 'allow', protocol: 'icmp' }] } },
    steps: [
      ['ping b > a', 'pass'],
      ['icmp b > a 13 0', 'pass'],
      ['ping6 b > a', 'drop'],
      ['udp b:1 > a:1', 'drop'],
    ],
  },
  {
    title: 'ICMP by type: echoes only',
    policies: { web: { ...web, rules: [{ direction: 'in', action: 'allow', protocol: 'icmp', icmp: { type: 8 } }] } },
    steps: [
      ['ping b > a', 'pass'],
      ['pong a > b', 'pass'],
      ['icmp b > a 13 0', 'drop'],
    ],
  },
  {
    title: 'ICMP by type and code',
    policies: {
      web: { ...web, rules: [{ direction: 'in', action: 'allow', protocol: 'icmp', icmp: { type: 8, code: 0 } }] },
    },
    steps: [
      ['ping b > a', 'pass'],
      ['icmp b > a 13 0', 'drop'],
    ],
  },
  {
    title: 'ICMP by a code that no echo has',
    policies: {
      web: { ...web, rules: [{ direction: 'in', action: 'allow', protocol: 'icmp', icmp: { type: 8, code: 1 } }] },
    },
    steps: [['ping b > a', 'drop']],
  },
  {
    title: 'all ICMP but echoes',
    policies: {
      web: {
        ...web,
        rules: [
          { direction: 'in', action: 'allow', protocol: 'icmp' },
          { direction: 'in', action: 'drop', protocol: 'icmp', icmp: { type: 8 } },
        ],
      },
    },
    steps: [
      ['ping b > a', 'drop'],
      ['icmp b > a 13 0', 'pass'],
    ],
  },
  {
    title: 'ICMPv6 by type',
    policies: {
      web: { ...web, rules: [{ direction: 'in', action: 'allow', protocol: 'icmpv6', icmp: { type: 128 } }] },
    },
    steps: [
      ['ping6 b > a', 'pass'],
      ['pong6 a > b', 'pass'],
      ['ping b > a', 'drop'],
    ],
  },
  {
    title: 'ICMPv6 from a range',
    policies: {
      web: {
        ...web,
        rules: [{ direction: 'in', action: 'allow', protocol: 'icmpv6', peer: { cidrs: ['fd00::2/128'] } }],
      },
    },
    steps: [
      ['ping6 b > a', 'pass'],
      ['ping6 c > a', 'drop'],
    ],
  },
  {
    title: 'ICMP from a group',
    policies: {
      web: { ...web, rules: [{ direction: 'in', action: 'allow', protocol: 'icmp', peer: { groups: ['db'] } }] },
    },
    steps: [
      ['ping b > a', 'pass'],
      ['ping c > a', 'drop'],
    ],
  },
]
