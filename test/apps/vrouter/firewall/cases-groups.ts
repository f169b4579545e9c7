import type { Case, Policies } from './case.ts'

const fromWeb: Policies = {
  db: {
    groups: ['db'],
    rules: [{ direction: 'in', action: 'allow', protocol: 'tcp', ports: [5432], peer: { groups: ['web'] } }],
  },
}

/** Groups on either side, and ports that come to them and go. */
export const groupCases: readonly Case[] = [
  {
    title: 'from a group, and from nobody else',
    policies: fromWeb,
    steps: [
      ['tcp a:4000 > b:5432', 'pass'],
      ['tcp c:4000 > b:5432', 'drop'],
      ['tcp x:4000 > b:5432', 'drop'],
      ['tcp a:4000 > b:5433', 'drop'],
    ],
  },
  {
    title: 'from a group under IPv6, by the same rule',
    policies: fromWeb,
    steps: [
      ['tcp6 a:4000 > b:5432', 'pass'],
      ['tcp6 c:4000 > b:5432', 'drop'],
    ],
  },
  {
    title: 'to a group, and to nobody else',
    policies: { web: { groups: ['web'], rules: [{ direction: 'out', action: 'allow', peer: { groups: ['db'] } }] } },
    steps: [
      ['udp a:1 > b:1', 'pass'],
      ['udp a:1 > c:1', 'drop'],
      ['udp6 a:1 > b:1', 'pass'],
      ['udp a:1 > x:1', 'drop'],
    ],
  },
  {
    title: 'within a group',
    groups: { a: ['web'], b: ['web'] },
    policies: { web: { groups: ['web'], rules: [{ direction: 'in', action: 'allow', peer: { groups: ['web'] } }] } },
    steps: [
      ['tcp a:1 > b:1', 'pass'],
      ['tcp b:1 > a:2', 'pass'],
      ['tcp c:1 > a:1', 'drop'],
    ],
  },
  {
    title: 'from any of several groups',
    groups: { a: ['web'], b: ['db'], c: ['jobs'] },
    policies: {
      db: { groups: ['db'], rules: [{ direction: 'in', action: 'allow', peer: { groups: ['web', 'jobs'] } }] },
    },
    steps: [
      ['tcp a:1 > b:1', 'pass'],
      ['tcp c:1 > b:1', 'pass'],
      ['tcp x:1 > b:1', 'drop'],
    ],
  },
  {
    title: 'from a group or a range',
    policies: {
      db: {
        groups: ['db'],
        rules: [{ direction: 'in', action: 'allow', peer: { groups: ['web'], cidrs: ['198.51.100.0/24'] } }],
      },
    },
    steps: [
      ['tcp a:1 > b:1', 'pass'],
      ['tcp x:1 > b:1', 'pass'],
      ['tcp y:1 > b:1', 'drop'],
      ['tcp c:1 > b:1', 'drop'],
    ],
  },
  {
    title: 'a port in two groups has the rules of both',
    groups: { a: ['web', 'db'] },
    policies: {
      web: { groups: ['web'], rules: [{ direction: 'in', action: 'allow', protocol: 'tcp', ports: [80] }] },
      db: { groups: ['db'], rules: [{ direction: 'in', action: 'allow', protocol: 'tcp', ports: [5432] }] },
    },
    steps: [
      ['tcp b:1 > a:80', 'pass'],
      ['tcp b:1 > a:5432', 'pass'],
      ['tcp b:1 > a:22', 'drop'],
    ],
  },
  {
    title: 'a port that is known by one of its two groups',
    groups: { a: ['web', 'blue'], b: ['db'] },
    policies: { db: { groups: ['db'], rules: [{ direction: 'in', action: 'allow', peer: { groups: ['blue'] } }] } },
    steps: [
      ['tcp a:1 > b:1', 'pass'],
      ['tcp c:1 > b:1', 'drop'],
    ],
  },
  {
    title: 'nobody is in the group',
    groups: { b: ['db'] },
    policies: fromWeb,
    steps: [['tcp a:4000 > b:5432', 'drop']],
  },
  {
    title: 'a port that joins the group on the other side may at once',
    groups: { b: ['db'] },
    policies: fromWeb,
    steps: [['tcp a:4000 > b:5432', 'drop'], { groups: { a: ['web'], b: ['db'] } }, ['tcp a:4000 > b:5432', 'pass']],
  },
  {
    title: 'a port that leaves the group on the other side may no more, in running connections neither',
    policies: fromWeb,
    steps: [
      ['tcp a:4000 > b:5432', 'pass'],
      ['tcp b:5432 > a:4000 synack', 'pass'],
      ['tcp a:4000 > b:5432 ack', 'pass'],
      { groups: { b: ['db'] } },
      ['tcp a:4000 > b:5432 ack', 'drop'],
      ['tcp b:5432 > a:4000 ack answer', 'drop'],
      { groups: { a: ['web'], b: ['db'] } },
      ['tcp a:4000 > b:5432 ack', 'pass'],
    ],
  },
  {
    title: 'a port that joins a group with a policy is policed from then on',
    groups: {},
    policies: { web: { groups: ['web'], rules: [{ direction: 'in', action: 'allow', protocol: 'tcp', ports: [80] }] } },
    steps: [
      ['tcp b:1 > a:22', 'pass'],
      { groups: { a: ['web'] } },
      ['tcp b:2 > a:22', 'drop'],
      ['tcp b:2 > a:80', 'pass'],
    ],
  },
  {
    title: 'a port that leaves the last group is policed no more',
    policies: { web: { groups: ['web'], default: { in: 'drop' }, rules: [] } },
    steps: [['tcp b:1 > a:22', 'drop'], { groups: {} }, ['tcp b:1 > a:22', 'pass']],
  },
  {
    title: 'a port that goes from one group to another',
    groups: { a: ['web'] },
    policies: {
      web: { groups: ['web'], rules: [{ direction: 'in', action: 'allow', protocol: 'tcp', ports: [80] }] },
      db: { groups: ['db'], rules: [{ direction: 'in', action: 'allow', protocol: 'tcp', ports: [5432] }] },
    },
    steps: [
      ['tcp b:1 > a:80', 'pass'],
      ['tcp b:1 > a:5432', 'drop'],
      { groups: { a: ['db'] } },
      ['tcp b:2 > a:80', 'drop'],
      ['tcp b:2 > a:5432', 'pass'],
    ],
  },
  {
    title: 'deny from a group within a range that is allowed',
    policies: {
      db: {
        groups: ['db'],
        rules: [
          { direction: 'in', action: 'allow', peer: { cidrs: ['10.0.0.0/24'] } },
          { direction: 'in', action: 'drop', peer: { groups: ['web'] } },
        ],
      },
    },
    steps: [
      ['tcp c:1 > b:1', 'pass'],
      ['tcp a:1 > b:1', 'drop'],
    ],
  },
  {
    title: 'an address under which another port sends belongs to no group of that port',
    groups: { gw: ['web'], b: ['db'] },
    policies: fromWeb,
    steps: [
      ['tcp gw:4000 > b:5432', 'pass'],
      ['tcp x:4000 > b:5432', 'drop'],
    ],
  },
  {
    title: 'the highest bit of 128',
    groups: { a: Array.from({ length: 128 }, (_, number) => `g${number}`), b: ['db'] },
    policies: {
      last: {
        groups: ['g127'],
        rules: [{ direction: 'out', action: 'drop', protocol: 'tcp', ports: [9] }],
        default: { out: 'allow' },
      },
      first: {
        groups: ['g0'],
        rules: [{ direction: 'out', action: 'drop', protocol: 'tcp', ports: [7] }],
        default: { out: 'allow' },
      },
    },
    steps: [
      ['tcp a:1 > b:9', 'drop'],
      ['tcp a:1 > b:7', 'drop'],
      ['tcp a:1 > b:8', 'pass'],
    ],
  },
]
