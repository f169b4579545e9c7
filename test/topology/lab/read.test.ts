import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { readLab } from '../../../topology/lab/read.ts'
import { sectionOf } from '../../../topology/lab/sections.ts'
import { describe, labsOf } from './labs.ts'

const labs = fileURLToPath(new URL('../../../topology/labs/', import.meta.url))

/** What reading a description complains about, without the name of its file. */
const complaintsOf = (t: Test, text: string): string[] => {
  const file = describe(labsOf(t), 'lab', text)
  try {
    readLab(file)
    return []
  } catch (error) {
    return (error as Error).message.split('\n').map((line) => line.replace(`${file}:`, ''))
  }
}

const rack = 'underlay: { rack: { cidr: 172.30.0.0/24 } }'

t.test('the examples are right', (t) => {
  const files = readdirSync(labs).filter((name) => name.endsWith('.yaml'))
  for (const name of files) t.ok(readLab(`${labs}${name}`).description.containers.length > 0, name)
  t.ok(files.length >= 3)
  t.end()
})

t.test('what is left out is filled in', (t) => {
  const text = `${rack}\nhosts: { h1: {}, h2: { address: 172.30.0.12 }, h3: {} }\nports: { a: {} }\ncontainers: { a: { host: h1 } }`
  const { description } = readLab(describe(labsOf(t), 'lab', text))
  t.same(
    description.hosts.map(({ address }) => address),
    ['172.30.0.11', '172.30.0.12', '172.30.0.13'],
    'addresses',
  )
  t.equal(new Set(description.hosts.map(({ mac }) => mac)).size, 3)
  t.match(description.underlay, [{ mtu: 1500, router: '172.30.0.1' }])
  t.same(description.containers, [{ name: 'a', host: 'h1', ports: ['a'] }], 'a container has the port with its name')
  t.same(description.resources, [{ kind: 'Port', id: 'a', spec: {} }])
  t.end()
})

t.test('all that heddle apply takes goes to the controller, with the place where it stands', (t) => {
  const lists = ['networks', 'subnets', 'ports', 'routers', 'nat', 'groups', 'policies', 'qos']
  const text = [rack, 'hosts: { h1: {} }', ...lists.map((list) => `${list}: { some: { of: ${list} } }`)].join('\n')
  const { description, locate } = readLab(describe(labsOf(t), 'lab', text))
  t.same(
    description.resources.map(({ kind, id, spec }) => [kind, id, spec.of]),
    ['Network', 'Subnet', 'Port', 'Router', 'Nat', 'Group', 'Policy', 'Qos'].map((kind, at) => [
      kind,
      'some',
      lists[at],
    ]),
  )
  for (const [at, { kind }] of description.resources.entries()) {
    const place = locate({ path: `${sectionOf(kind)}/some/of`, message: 'is wrong' })
    t.match(place, new RegExp(`:${at + 3}:\\d+: ${lists[at]}/some/of: is wrong$`))
  }
  t.end()
})

t.test('each mistake is told with its line', (t) => {
  const mistakes: readonly (readonly [text: string, complaint: string | RegExp])[] = [
    ['hosts: { h1: {} }', '1:1: underlay: is missing'],
    [
      `${rack}\nhosts:\n  h1: { adress: 172.30.0.2 }`,
      /^3:9: hosts\/h1\/adress: is not a known name \(known here: encapsulation/,
    ],
    [`${rack}\nhosts: {}`, '2:1: hosts: a lab has at least one'],
    [
      `${rack}\nhosts: { h1: { encapsulation: [ipip] } }`,
      '2:32: hosts/h1/encapsulation/0: must be one of geneve, vxlan, gre, stt',
    ],
    [`${rack}\nhosts: { h1: { subnet: rack2 } }`, '2:16: hosts/h1/subnet: must be one of rack'],
    [`${rack}\nhosts: { h1: { address: 10.0.0.2 } }`, '2:16: hosts/h1/address: is not in the subnet 172.30.0.0/24'],
    [
      `${rack}\nhosts: { h1: { address: 172.30.0.1 } }`,
      '2:16: hosts/h1/address: the router has 172.30.0.1: choose a later one',
    ],
    [`${rack}\nhosts: { h1: { address: host } }`, /^2:16: hosts\/h1\/address: .*an IPv4 address is four bytes/],
    [
      `${rack}\nhosts: { h1: { address: 172.30.0.5 }, h2: { address: 172.30.0.5 } }`,
      '2:45: hosts/h2/address: is that of host h1, too',
    ],
    [`${rack}\nhosts: { h1: { delay: 5 ms } }`, '2:16: hosts/h1/delay: must be a time such as 5ms'],
    [`${rack}\nhosts: { h1: { loss: half } }`, '2:16: hosts/h1/loss: must be a share such as 0.5%'],
    [`${rack}\nhosts: { Host-1: {} }`, '2:10: hosts/Host-1: a name is a letter and up to 11 letters, digits or -'],
    [`${rack}\nhosts: { eth0: {} }`, '2:10: hosts/eth0: is a name that every host has in use: choose another'],
    [`${rack}\nhosts: { rack: {} }`, '2:10: hosts/rack: is also the name of something under underlay: choose another'],
    [
      `underlay: { rack: { cidr: 172.30.0.0 } }\nhosts: { h1: {} }`,
      /^1:21: underlay\/rack\/cidr: .* an address and the length of its prefix/,
    ],
    [
      `${rack}\nhosts: { h1: {} }\nexternals: { net: { hosts: [h2] } }`,
      '3:29: externals/net/hosts/0: must be one of h1',
    ],
    [`${rack}\nhosts: { h1: {} }\nexternals: { ex: {} }`, /^3:14: externals\/ex: every host has a bridge br-ex/],
    [
      `${rack}\nhosts: { h1: {} }\nexternals: { a: {}, b: {} }\noutside: { s: { addresses: [10.0.0.1/8] } }`,
      '4:12: outside/s: external is missing: it must be one of a, b',
    ],
    [
      `${rack}\nhosts: { h1: {} }\nexternals: { a: {} }\noutside: { s: { addresses: [10.0.0.1] } }`,
      /^4:29: outside\/s\/addresses\/0: .* an address and the length of its prefix/,
    ],
    [`${rack}\nhosts: { h1: {} }\ncontainers: { a: { host: h2 } }`, '3:20: containers/a/host: must be one of h1'],
    [
      `${rack}\nhosts: { h1: {} }\ncontainers: { a: { host: h1 } }`,
      '3:15: containers/a: a is not under ports, where there is none',
    ],
  ]
  for (const [text, complaint] of mistakes) {
    const told = complaintsOf(t, text)
    t.ok(
      told.some((line) => (typeof complaint === 'string' ? line === complaint : complaint.test(line))),
      `${complaint}: ${told.join(' | ')}`,
    )
  }
  const twice = `${rack}\nhosts: { h1: {} }\nports: { p: {} }\ncontainers:\n  a: { host: h1, ports: [p] }\n  b: { host: h1, ports: [p] }`
  t.same(complaintsOf(t, twice), ['6:26: containers/b/ports/0: p is the port of container a, too'])
  t.end()
})
