import type { Case } from './case.ts'

const web = { groups: ['web'] }
const db = { groups: ['db'] }

/** Directions, protocols, and what is on the other side of a rule. */
export const basicCases: readonly Case[] = [
  {
    title: 'without policies everything passes',
    policies: {},
    steps: [
      ['tcp a:4000 > b:80', 'pass'],
      ['udp6 b:4000 > a:53', 'pass'],
      ['ping a > b', 'pass'],
      ['gre a > b', 'pass'],
      ['other a > b', 'pass'],
    ],
  },
  {
    title: 'what a port may send: tcp/80 and no more',
    policies: { web: { ...web, rules: [{ direction: 'out', action: 'allow', protocol: 'tcp', ports: [80] }] } },
    steps: [
      ['tcp a:4000 > b:80', 'pass'],
      ['tcp a:4001 > b:81', 'drop'],
      ['tcp a:80 > b:4000', 'drop'],
      ['udp a:4000 > b:80', 'drop'],
      ['ping a > b', 'drop'],
    ],
  },
  {
    title: 'what a port may receive: tcp/5432 and no more',
    policies: { db: { ...db, rules: [{ direction: 'in', action: 'allow', protocol: 'tcp', ports: [5432] }] } },
    steps: [
      ['tcp a:4000 > b:5432', 'pass'],
      ['tcp a:4001 > b:22', 'drop'],
      ['udp a:4000 > b:5432', 'drop'],
      ['tcp c:4000 > b:5432', 'pass'],
    ],
  },
  {
    title: 'a policy of what is received says nothing of what is sent',
    policies: { web: { ...web, rules: [{ direction: 'in', action: 'allow', protocol: 'tcp', ports: [80] }] } },
    steps: [
      ['tcp a:4000 > b:9', 'pass'],
      ['tcp b:4000 > a:9', 'drop'],
    ],
  },
  {
    title: 'a policy of what is sent says nothing of what is received',
    policies: { web: { ...web, rules: [{ direction: 'out', action: 'allow', protocol: 'tcp', ports: [80] }] } },
    steps: [
      ['tcp b:4000 > a:9', 'pass'],
      ['tcp a:4000 > b:9', 'drop'],
    ],
  },
  {
    title: 'both directions of one policy',
    policies: {
      web: {
        ...web,
        rules: [
          { direction: 'out', action: 'allow', protocol: 'udp', ports: [53] },
          { direction: 'in', action: 'allow', protocol: 'tcp', ports: [443] },
        ],
      },
    },
    steps: [
      ['udp a:4000 > b:53', 'pass'],
      ['tcp b:4000 > a:443', 'pass'],
      ['tcp a:4000 > b:443', 'drop'],
      ['udp b:4000 > a:53', 'drop'],
    ],
  },
  {
    title: 'what one port may send the other must be allowed to receive',
    policies: {
      web: { ...web, rules: [{ direction: 'out', action: 'allow', protocol: 'tcp' }] },
      db: { ...db, rules: [{ direction: 'in', action: 'allow', protocol: 'tcp', ports: [5432] }] },
    },
    steps: [
      ['tcp a:4000 > b:5432', 'pass'],
      ['tcp a:4000 > b:22', 'drop'],
      ['tcp a:4000 > c:22', 'pass'],
      ['tcp c:4000 > b:5432', 'pass'],
    ],
  },
  {
    title: 'rules without a protocol are about all of them',
    policies: { web: { ...web, rules: [{ direction: 'out', action: 'allow', peer: { groups: ['db'] } }] } },
    steps: [
      ['tcp a:4000 > b:1', 'pass'],
      ['udp6 a:4000 > b:2', 'pass'],
      ['ping a > b', 'pass'],
      ['gre a > b', 'pass'],
      ['sctp a:1 > b:2', 'pass'],
      ['tcp a:4000 > c:1', 'drop'],
    ],
  },
  {
    title: 'a rule of a protocol without ports is about all of its ports',
    policies: { web: { ...web, rules: [{ direction: 'out', action: 'allow', protocol: 'udp' }] } },
    steps: [
      ['udp a:1 > b:1', 'pass'],
      ['udp6 a:65535 > b:65535', 'pass'],
      ['tcp a:1 > b:1', 'drop'],
    ],
  },
  {
    title: 'protocols by number',
    policies: { web: { ...web, rules: [{ direction: 'out', action: 'allow', protocol: 47 }] } },
    steps: [
      ['gre a > b', 'pass'],
      ['gre6 a > b', 'pass'],
      ['esp a > b', 'drop'],
      ['tcp a:1 > b:1', 'drop'],
    ],
  },
  {
    title: 'SCTP by port, both ways',
    policies: { web: { ...web, rules: [{ direction: 'out', action: 'allow', protocol: 'sctp', ports: [2905] }] } },
    steps: [
      ['sctp a:1000 > b:2905', 'pass'],
      ['sctp b:2905 > a:1000', 'pass'],
      ['sctp a:1000 > b:2906', 'drop'],
      ['sctp6 a:1000 > b:2905', 'pass'],
    ],
  },
  {
    title: 'SCTP of all ports',
    policies: { web: { ...web, rules: [{ direction: 'out', action: 'allow', protocol: 'sctp' }] } },
    steps: [
      ['sctp a:1000 > b:2905', 'pass'],
      ['sctp6 a:1 > b:1', 'pass'],
      ['udp a:1 > b:1', 'drop'],
    ],
  },
  {
    title: 'ARP is no concern of policies',
    policies: { web: { ...web, default: { out: 'drop', in: 'drop' }, rules: [] } },
    steps: [
      ['arp a > b', 'drop'],
      ['tcp a:1 > b:1', 'drop'],
    ],
  },
  {
    title: 'neighbour discovery passes, whatever the policy',
    policies: { web: { ...web, default: { out: 'drop', in: 'drop' }, rules: [] } },
    steps: [
      ['solicit6 a > b', 'pass'],
      ['solicit6 b > a', 'pass'],
      ['ping6 a > b', 'drop'],
    ],
  },
  {
    title: 'what is not IP is refused where the rest is',
    policies: { web: { ...web, rules: [{ direction: 'out', action: 'allow', protocol: 'tcp' }] } },
    steps: [
      ['other a > b', 'drop'],
      ['other b > a', 'pass'],
      ['other b > c', 'pass'],
    ],
  },
  {
    title: 'a range of addresses on the other side: those it holds',
    policies: {
      web: { ...web, rules: [{ direction: 'out', action: 'allow', peer: { cidrs: ['198.51.100.0/24'] } }] },
    },
    steps: [
      ['tcp a:4000 > x:80', 'pass'],
      ['tcp a:4000 > y:80', 'drop'],
      ['tcp a:4000 > b:80', 'drop'],
      ['tcp6 a:4000 > x:80', 'drop'],
    ],
  },
  {
    title: 'a range of addresses that others send from',
    policies: {
      web: { ...web, rules: [{ direction: 'in', action: 'allow', peer: { cidrs: ['198.51.100.0/24'] } }] },
    },
    steps: [
      ['tcp x:4000 > a:80', 'pass'],
      ['tcp y:4000 > a:80', 'drop'],
      ['tcp b:4000 > a:80', 'drop'],
    ],
  },
  {
    title: 'one address, and nothing beside it',
    policies: { web: { ...web, rules: [{ direction: 'out', action: 'allow', peer: { cidrs: ['10.0.0.2/32'] } }] } },
    steps: [
      ['udp a:1 > b:1', 'pass'],
      ['udp a:1 > c:1', 'drop'],
    ],
  },
  {
    title: 'all of IPv4, and nothing of IPv6',
    policies: { web: { ...web, rules: [{ direction: 'out', action: 'allow', peer: { cidrs: ['0.0.0.0/0'] } }] } },
    steps: [
      ['udp a:1 > b:1', 'pass'],
      ['tcp a:1 > y:1', 'pass'],
      ['udp6 a:1 > b:1', 'drop'],
    ],
  },
  {
    title: 'all of IPv6, and nothing of IPv4',
    policies: { web: { ...web, rules: [{ direction: 'out', action: 'allow', peer: { cidrs: ['::/0'] } }] } },
    steps: [
      ['udp6 a:1 > b:1', 'pass'],
      ['udp a:1 > b:1', 'drop'],
    ],
  },
  {
    title: 'several ranges: any of them',
    policies: {
      web: {
        ...web,
        rules: [
          {
            direction: 'out',
            action: 'allow',
            protocol: 'tcp',
            peer: { cidrs: ['198.51.100.0/24', '203.0.113.0/24', '2001:db8:1::/48'] },
          },
        ],
      },
    },
    steps: [
      ['tcp a:1 > x:1', 'pass'],
      ['tcp a:1 > y:1', 'pass'],
      ['tcp6 a:1 > x:1', 'pass'],
      ['tcp6 a:1 > y:1', 'drop'],
      ['udp a:1 > x:1', 'drop'],
    ],
  },
  {
    title: 'a hole in a range that is allowed',
    policies: {
      web: {
        ...web,
        rules: [
          { direction: 'out', action: 'allow', peer: { cidrs: ['0.0.0.0/0'] } },
          { direction: 'out', action: 'drop', peer: { cidrs: ['203.0.113.0/24'] } },
        ],
      },
    },
    steps: [
      ['tcp a:1 > x:1', 'pass'],
      ['tcp a:1 > y:1', 'drop'],
    ],
  },
  {
    title: 'a range and a port together',
    policies: {
      web: {
        ...web,
        rules: [
          { direction: 'in', action: 'allow', protocol: 'tcp', ports: [22], peer: { cidrs: ['198.51.100.7/32'] } },
        ],
      },
    },
    steps: [
      ['tcp x:4000 > a:22', 'pass'],
      ['tcp x:4000 > a:23', 'drop'],
      ['tcp y:4000 > a:22', 'drop'],
    ],
  },
  {
    title: 'ports that no policy names are not concerned',
    policies: { web: { ...web, default: { in: 'drop', out: 'drop' }, rules: [] } },
    steps: [
      ['tcp b:1 > c:1', 'pass'],
      ['tcp c:1 > b:1', 'pass'],
      ['tcp b:1 > a:1', 'drop'],
    ],
  },
  {
    title: 'a policy of a network is about all its ports',
    policies: { net: { networks: ['net'], rules: [{ direction: 'in', action: 'allow', protocol: 'tcp' }] } },
    steps: [
      ['tcp a:1 > b:1', 'pass'],
      ['udp a:1 > b:1', 'drop'],
      ['udp b:1 > c:1', 'drop'],
    ],
  },
  {
    title: 'a policy of another network is not',
    policies: { net: { networks: ['other'], rules: [{ direction: 'in', action: 'allow', protocol: 'tcp' }] } },
    steps: [['udp a:1 > b:1', 'pass']],
  },
  {
    title: 'a policy without groups and networks is about all ports',
    policies: { all: { rules: [{ direction: 'in', action: 'allow', protocol: 'udp', ports: [53] }] } },
    steps: [
      ['udp a:1 > b:53', 'pass'],
      ['udp a:1 > c:54', 'drop'],
      ['tcp c:1 > a:53', 'drop'],
    ],
  },
  {
    title: 'a policy of groups and networks is about ports of either',
    policies: { both: { groups: ['web'], networks: ['other'], rules: [{ direction: 'in', action: 'drop' }] } },
    steps: [
      ['udp b:1 > a:1', 'drop'],
      ['udp a:1 > b:1', 'pass'],
    ],
  },
  {
    title: 'what is for all in a network is judged for each port',
    policies: { web: { ...web, rules: [{ direction: 'in', action: 'allow', protocol: 'udp', ports: [5353] }] } },
    steps: [
      ['udp b:1 > all:5353', 'pass'],
      ['udp b:1 > all:5354', 'drop'],
      ['udp6 c:1 > all:5353', 'pass'],
      ['udp6 c:1 > all:5354', 'drop'],
    ],
  },
  {
    title: 'what a port sends to all',
    policies: {
      web: { ...web, rules: [{ direction: 'in', action: 'allow' }] },
      db: { ...db, rules: [{ direction: 'out', action: 'allow', protocol: 'udp', ports: [67] }] },
    },
    steps: [
      ['udp b:68 > all:67', 'pass'],
      ['udp b:68 > all:69', 'drop'],
    ],
  },
  {
    title: 'a policy of two groups is about ports of either',
    policies: {
      both: { groups: ['web', 'db'], rules: [{ direction: 'in', action: 'allow', protocol: 'tcp', ports: [22] }] },
    },
    steps: [
      ['tcp c:1 > a:22', 'pass'],
      ['tcp c:1 > b:22', 'pass'],
      ['tcp c:1 > a:23', 'drop'],
      ['tcp c:1 > b:23', 'drop'],
      ['tcp a:1 > c:23', 'pass'],
    ],
  },
]
