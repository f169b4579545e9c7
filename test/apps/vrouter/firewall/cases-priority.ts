import type { Case } from './case.ts'

const web = { groups: ['web'] }

/** Which rule decides where several match, and what is done with the rest. */
export const priorityCases: readonly Case[] = [
  {
    title: 'the higher priority decides: drop above allow',
    policies: {
      web: {
        ...web,
        rules: [
          { direction: 'out', action: 'allow', priority: 100 },
          { direction: 'out', action: 'drop', protocol: 'tcp', ports: [25], priority: 200 },
        ],
      },
    },
    steps: [
      ['tcp a:1 > b:25', 'drop'],
      ['tcp a:1 > b:26', 'pass'],
    ],
  },
  {
    title: 'the higher priority decides: allow above drop',
    policies: {
      web: {
        ...web,
        rules: [
          { direction: 'out', action: 'drop', priority: 100 },
          { direction: 'out', action: 'allow', protocol: 'tcp', ports: [25], priority: 200 },
        ],
      },
    },
    steps: [
      ['tcp a:1 > b:25', 'pass'],
      ['tcp a:1 > b:26', 'drop'],
    ],
  },
  {
    title: 'of one priority, drop comes before allow',
    policies: {
      web: {
        ...web,
        rules: [
          { direction: 'out', action: 'allow', protocol: 'tcp', ports: ['20-30'] },
          { direction: 'out', action: 'drop', protocol: 'tcp', ports: [25] },
        ],
      },
    },
    steps: [
      ['tcp a:1 > b:24', 'pass'],
      ['tcp a:1 > b:25', 'drop'],
    ],
  },
  {
    title: 'of one priority, reject comes before allow',
    policies: {
      web: {
        ...web,
        rules: [
          { direction: 'out', action: 'allow', protocol: 'tcp' },
          { direction: 'out', action: 'reject', protocol: 'tcp', ports: [25] },
        ],
      },
    },
    steps: [
      ['tcp a:1 > b:24', 'pass'],
      ['tcp a:1 > b:25', 'reject'],
    ],
  },
  {
    title: 'of one priority, drop comes before reject',
    policies: {
      web: {
        ...web,
        rules: [
          { direction: 'out', action: 'reject', protocol: 'tcp' },
          { direction: 'out', action: 'drop', protocol: 'tcp', ports: [25] },
        ],
      },
    },
    steps: [
      ['tcp a:1 > b:24', 'reject'],
      ['tcp a:1 > b:25', 'drop'],
    ],
  },
  {
    title: 'without a priority a rule has 500',
    policies: {
      web: {
        ...web,
        rules: [
          { direction: 'out', action: 'drop', protocol: 'tcp', ports: [1] },
          { direction: 'out', action: 'allow', protocol: 'tcp', priority: 499 },
          { direction: 'out', action: 'drop', protocol: 'udp', ports: [1] },
          { direction: 'out', action: 'allow', protocol: 'udp', priority: 501 },
        ],
      },
    },
    steps: [
      ['tcp a:1 > b:1', 'drop'],
      ['udp a:1 > b:1', 'pass'],
    ],
  },
  {
    title: 'the ends of the range: 999 above 998, 1 above 0',
    policies: {
      web: {
        ...web,
        rules: [
          { direction: 'out', action: 'allow', protocol: 'tcp', ports: [1], priority: 999 },
          { direction: 'out', action: 'drop', protocol: 'tcp', ports: [1], priority: 998 },
          { direction: 'out', action: 'allow', protocol: 'tcp', ports: [2], priority: 1 },
          { direction: 'out', action: 'drop', protocol: 'tcp', ports: [2], priority: 0 },
          { direction: 'out', action: 'allow', protocol: 'tcp', ports: [3], priority: 0 },
        ],
      },
    },
    steps: [
      ['tcp a:1 > b:1', 'pass'],
      ['tcp a:1 > b:2', 'pass'],
      ['tcp a:1 > b:3', 'pass'],
      ['tcp a:1 > b:4', 'drop'],
    ],
  },
  {
    title: 'the place in the list decides nothing',
    policies: {
      web: {
        ...web,
        rules: [
          { direction: 'out', action: 'drop', protocol: 'tcp', ports: [25] },
          { direction: 'out', action: 'allow', protocol: 'tcp' },
        ],
      },
    },
    steps: [['tcp a:1 > b:25', 'drop']],
  },
  {
    title: 'priorities hold across policies',
    policies: {
      one: { ...web, rules: [{ direction: 'out', action: 'drop', protocol: 'tcp', ports: [25], priority: 600 }] },
      two: { ...web, rules: [{ direction: 'out', action: 'allow', protocol: 'tcp', priority: 700 }] },
    },
    steps: [['tcp a:1 > b:25', 'pass']],
  },
  {
    title: 'ties across policies: drop before allow',
    policies: {
      one: { ...web, rules: [{ direction: 'out', action: 'allow', protocol: 'tcp' }] },
      two: { ...web, rules: [{ direction: 'out', action: 'drop', protocol: 'tcp', ports: [25] }] },
    },
    steps: [
      ['tcp a:1 > b:25', 'drop'],
      ['tcp a:1 > b:26', 'pass'],
    ],
  },
  {
    title: "operators' rules come before those of tenants, whatever their priority",
    policies: {
      ops: {
        tier: 'operator',
        rules: [{ direction: 'out', action: 'drop', protocol: 'tcp', ports: [25], priority: 0 }],
        default: { out: 'allow' },
      },
      web: { ...web, rules: [{ direction: 'out', action: 'allow', protocol: 'tcp', priority: 999 }] },
    },
    steps: [
      ['tcp a:1 > b:25', 'drop'],
      ['tcp a:1 > b:26', 'pass'],
      ['tcp c:1 > b:25', 'drop'],
      ['tcp c:1 > b:26', 'pass'],
    ],
  },
  {
    title: 'an operator can allow what a tenant drops',
    policies: {
      ops: {
        tier: 'operator',
        rules: [{ direction: 'in', action: 'allow', protocol: 'icmp' }],
        default: { in: 'allow' },
      },
      web: { ...web, rules: [{ direction: 'in', action: 'drop', priority: 999 }] },
    },
    steps: [
      ['ping b > a', 'pass'],
      ['udp b:1 > a:1', 'drop'],
    ],
  },
  {
    title: 'priorities among the rules of operators',
    policies: {
      ops: {
        tier: 'operator',
        rules: [
          { direction: 'out', action: 'drop', protocol: 'tcp', priority: 10 },
          { direction: 'out', action: 'allow', protocol: 'tcp', ports: [80], priority: 20 },
        ],
      },
    },
    steps: [
      ['tcp a:1 > b:80', 'pass'],
      ['tcp a:1 > b:81', 'drop'],
    ],
  },
  {
    title: "an operator's policy of a group",
    policies: {
      ops: {
        tier: 'operator',
        groups: ['db'],
        rules: [{ direction: 'in', action: 'allow', peer: { groups: ['web'] } }],
      },
    },
    steps: [
      ['tcp a:1 > b:1', 'pass'],
      ['tcp c:1 > b:1', 'drop'],
      ['tcp c:1 > a:1', 'pass'],
    ],
  },
  {
    title: "an operator's policy of all ports that names a group on the other side",
    groups: { a: ['web'] },
    policies: { ops: { tier: 'operator', rules: [{ direction: 'in', action: 'allow', peer: { groups: ['web'] } }] } },
    steps: [
      ['tcp a:1 > c:1', 'pass'],
      ['tcp b:1 > c:1', 'drop'],
    ],
  },
  {
    title: 'the rest is dropped unless the policy says otherwise',
    policies: { web: { ...web, rules: [{ direction: 'out', action: 'allow', protocol: 'tcp', ports: [80] }] } },
    steps: [['udp a:1 > b:1', 'drop']],
  },
  {
    title: 'the rest is allowed where the policy says so',
    policies: {
      web: {
        ...web,
        default: { out: 'allow' },
        rules: [{ direction: 'out', action: 'drop', protocol: 'tcp', ports: [25] }],
      },
    },
    steps: [
      ['tcp a:1 > b:25', 'drop'],
      ['tcp a:1 > b:26', 'pass'],
      ['udp a:1 > b:25', 'pass'],
    ],
  },
  {
    title: 'the rest is rejected where the policy says so',
    policies: {
      web: {
        ...web,
        default: { out: 'reject' },
        rules: [{ direction: 'out', action: 'allow', protocol: 'tcp', ports: [80] }],
      },
    },
    steps: [
      ['tcp a:1 > b:80', 'pass'],
      ['tcp a:1 > b:81', 'reject'],
      ['udp a:1 > b:81', 'reject'],
    ],
  },
  {
    title: 'a default of one direction is none of the other',
    policies: { web: { ...web, default: { in: 'drop' }, rules: [] } },
    steps: [
      ['tcp a:1 > b:1', 'pass'],
      ['tcp b:1 > a:2', 'drop'],
    ],
  },
  {
    title: 'of the defaults of two policies the stricter counts',
    policies: {
      one: { ...web, default: { out: 'allow' }, rules: [] },
      two: { ...web, default: { out: 'drop' }, rules: [{ direction: 'out', action: 'allow', protocol: 'tcp' }] },
    },
    steps: [
      ['tcp a:1 > b:1', 'pass'],
      ['udp a:1 > b:1', 'drop'],
    ],
  },
  {
    title: 'drop is stricter than reject, reject than allow',
    policies: {
      one: { ...web, default: { out: 'reject', in: 'reject' }, rules: [] },
      two: { ...web, default: { out: 'drop', in: 'allow' }, rules: [] },
    },
    steps: [
      ['tcp a:1 > b:1', 'drop'],
      ['tcp b:1 > a:1', 'reject'],
    ],
  },
  {
    title: 'a rule of the least priority comes before every default',
    policies: {
      one: { ...web, rules: [{ direction: 'out', action: 'allow', protocol: 'tcp', priority: 0 }] },
      two: { tier: 'operator', default: { out: 'drop' }, rules: [] },
    },
    steps: [
      ['tcp a:1 > b:1', 'pass'],
      ['udp a:1 > b:1', 'drop'],
    ],
  },
  {
    title: 'a policy with neither rules nor defaults does nothing',
    policies: { web: { ...web, rules: [] } },
    steps: [
      ['tcp a:1 > b:1', 'pass'],
      ['tcp b:1 > a:2', 'pass'],
    ],
  },
  {
    title: 'the same rule in two policies',
    policies: {
      one: { ...web, rules: [{ direction: 'out', action: 'allow', protocol: 'tcp', ports: [80] }] },
      two: { ...web, rules: [{ direction: 'out', action: 'allow', protocol: 'tcp', ports: [80] }] },
    },
    steps: [
      ['tcp a:1 > b:80', 'pass'],
      ['tcp a:1 > b:81', 'drop'],
    ],
  },
  {
    title: 'of a rule in two policies one stays when the other goes',
    policies: {
      one: { ...web, rules: [{ direction: 'out', action: 'allow', protocol: 'tcp', ports: [80] }] },
      two: { ...web, rules: [{ direction: 'out', action: 'allow', protocol: 'tcp', ports: [80] }] },
    },
    steps: [
      ['tcp a:1 > b:80', 'pass'],
      { policies: { two: { ...web, rules: [{ direction: 'out', action: 'allow', protocol: 'tcp', ports: [80] }] } } },
      ['tcp a:2 > b:80', 'pass'],
      ['tcp a:1 > b:81', 'drop'],
    ],
  },
]
