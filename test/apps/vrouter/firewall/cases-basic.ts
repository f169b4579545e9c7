import type { Case } from './case.ts'

const web = { groups: ['web'] }

export const basicCases: readonly Case[] = [
  {
    title: 'without policies everything passes',
    policies: {},
    steps: [
      ['tcp a:4000 > b:80', 'pass'],
      ['udp6 b:4000 > a:53', 'pass'],
      ['ping a > b', 'pass'],
    ],
  },
  {
    title: 'what a port may send: tcp/80 and no more',
    policies: { web: { ...web, rules: [{ direction: 'out', action: 'allow', protocol: 'tcp', ports: [80] }] } },
    steps: [
      ['tcp a:4000 > b:80', 'pass'],
      ['tcp b:80 > a:4000 synack', 'pass'],
      ['tcp a:4000 > b:80 ack', 'pass'],
      ['tcp a:4001 > b:81', 'drop'],
      ['udp a:4000 > b:80', 'drop'],
      ['tcp b:4000 > a:81', 'pass'],
    ],
  },
]
