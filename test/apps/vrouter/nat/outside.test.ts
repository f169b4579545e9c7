// Between tenants and a plain Linux machine outside: real Open vSwitch, three hosts, of which h3 has no way out of its own.
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { inParallel } from '../../../../topology/lab/parallel.ts'
import { until } from '../../../engine/lab.ts'
import { NetworksLab } from '../../../networks/lab.ts'
import { namespaces, ovs, python } from '../../../support/needs.ts'
import { aMoment, ask, askFromMany, curl, ping, serve } from './probes.ts'

const file = fileURLToPath(new URL('lab.yaml', import.meta.url))

const server = '198.51.100.1'
const server6 = '2001:db8:ffff::1'
const port = 5000

/** Containers, and the addresses that they are seen under outside. */
const seenAs: readonly (readonly [container: string, seen: string])[] = [
  ['blue1', '203.0.113.10'],
  ['blue2', '203.0.113.12'],
  ['blue3', '203.0.113.10'],
  ['blue4', '203.0.113.14'],
  ['red1', '203.0.113.20'],
  ['red2', '203.0.113.22'],
]
const seenAs6: readonly (readonly [container: string, seen: string])[] = [
  ['blue1', '2001:db8:1::10'],
  ['blue2', '2001:db8:1::12'],
  ['blue3', '2001:db8:1::10'],
]

const outward = async (t: Test, lab: NetworksLab): Promise<void> => {
  await t.test('outside, each container is seen under its router’s address or its floating one', async (t) => {
    const cases = [
      ...seenAs.map((one) => [...one, server] as const),
      ...seenAs6.map((one) => [...one, server6] as const),
    ]
    await inParallel(cases, 3, async ([container, seen, to]) => {
      const [udp = '', udpPort] = (await ask(lab, container, to, port)).split(' ')
      const [tcp = '', tcpPort] = (await curl(lab, container, to, port)).split(' ')
      t.same([udp, tcp], [seen, seen], `${container} over UDP and TCP`)
      if (seen !== '203.0.113.10') return
      const isInRange = [udpPort, tcpPort].every((text) => Number(text) >= 20_000 && Number(text) <= 29_999)
      t.ok(isInRange, `${container} from ports 20000 to 29999: ${udpPort}, ${tcpPort}`)
      t.equal(await ping(lab, container, to), to, `${container} is answered`)
    })
  })

  await t.test('tenants with the same addresses ask at once, and each has its own answers', async (t) => {
    const asked = Array.from({ length: 5 }, () => ['blue1', 'red1', 'blue2', 'red2'] as const).flat()
    const answers = await inParallel(asked, 4, async (name) => [
      name,
      (await ask(lab, name, server, port)).split(' ')[0],
    ])
    for (const [name, seen] of answers)
      t.same(
        [name, seen],
        seenAs.find(([container]) => container === name),
      )
  })
}

const inward = async (t: Test, lab: NetworksLab): Promise<void> => {
  await t.test('from outside, floating addresses and forwarded ports lead inside, with curl', async (t) => {
    for (const [name, address] of [
      ['blue2', '10.0.0.12'],
      ['red2', '10.0.0.12'],
      ['blue3', '10.0.0.13'],
      ['blue2', 'fd00:10::12'],
      ['blue3', 'fd00:10::13'],
    ] as const) {
      await serve(t, lab, name, address, 80)
    }
    const from = '203.0.113.1'
    const at = async (address: string, number = 80) => (await curl(lab, 'server', address, number)).split(' ')[0]
    t.equal(
      await at('203.0.113.12'),
      from,
      'a floating address, on the host of its port: inside, the asker is seen as it is',
    )
    t.equal(await at('203.0.113.22'), from, 'the same address inside, of the other tenant')
    t.equal(await at('203.0.113.10', 8080), from, 'a forwarded port, to a host without the network outside')
    t.equal(await at('2001:db8:1::12'), '2001:db8:1::1')
    t.equal(await at('2001:db8:1::10', 8080), '2001:db8:1::1')
    const soon = (address: string, number: number) => curl(lab, 'server', address, number, aMoment)
    t.equal(await soon('203.0.113.10', 80), 'nothing', 'a port that is not forwarded')
    t.equal(await soon('203.0.113.20', 8080), 'nothing', 'the address of another router')
    await hairpins(t, lab)
  })

  await t.test('pings from outside', async (t) => {
    for (const address of [
      '203.0.113.10',
      '203.0.113.12',
      '203.0.113.14',
      '203.0.113.20',
      '2001:db8:1::10',
      '2001:db8:1::12',
    ]) {
      t.equal(await ping(lab, 'server', address), address)
    }
    t.equal(await ping(lab, 'server', '203.0.113.99', 64, aMoment), 'nothing', 'an address that nobody has')
    await lab.inside('server', 'ip', 'route', 'replace', '10.0.0.0/24', 'via', '203.0.113.10')
    t.equal(
      await ping(lab, 'server', '10.0.0.11', 64, aMoment),
      'nothing',
      'addresses inside lead nowhere from outside',
    )
    await lab.inside('server', 'ip', 'route', 'delete', '10.0.0.0/24')
  })
}

/** Who asks, whom, and who is seen to ask. */
const turned: readonly (readonly [from: string, to: string, port: number, seen: string])[] = [
  ['blue1', '203.0.113.12', 80, '203.0.113.10'],
  ['blue4', '203.0.113.12', 80, '203.0.113.14'],
  ['blue2', '203.0.113.12', 80, '203.0.113.12'],
  ['blue3', '203.0.113.12', 80, '203.0.113.10'],
  ['blue1', '203.0.113.10', 8080, '203.0.113.10'],
  ['blue3', '203.0.113.10', 8080, '203.0.113.10'],
  ['blue2', '203.0.113.10', 8080, '203.0.113.12'],
  ['red1', '203.0.113.12', 80, '203.0.113.20'],
  ['blue1', '203.0.113.22', 80, '203.0.113.10'],
  ['blue1', '2001:db8:1::12', 80, '2001:db8:1::10'],
  ['blue2', '2001:db8:1::10', 8080, '2001:db8:1::12'],
]

/** Same host, across hosts, to oneself, and between tenants. */
const hairpins = async (t: Test, lab: NetworksLab): Promise<void> => {
  for (const [from, to, number, seen] of turned) {
    const [who] = (await curl(lab, from, to, number)).split(' ')
    t.equal(who, seen, `${from} reaches ${to} port ${number} by the address outside`)
  }
}

const errors = async (t: Test, lab: NetworksLab): Promise<void> => {
  await t.test('errors of ICMP find the way back through translations', async (t) => {
    const refused = 'ECONNREFUSED'
    for (const [from, to] of [
      ['blue1', server],
      ['blue2', server],
      ['blue3', server],
      ['red1', server],
      ['blue1', server6],
      ['blue2', server6],
      ['server', '203.0.113.12'],
      ['server', '203.0.113.14'],
      ['server', '2001:db8:1::12'],
      ['blue1', '203.0.113.12'],
      ['blue2', '203.0.113.14'],
      ['blue1', '2001:db8:1::12'],
    ] as const) {
      t.equal(await ask(lab, from, to, 5999), refused, `port unreachable: ${from} to ${to}`)
    }
    for (const to of ['203.0.113.12', '203.0.113.14', '2001:db8:1::12']) {
      const tell = async () => (await ask(lab, 'server', to, 5999, 1440)) === 'EMSGSIZE'
      await until(`the machine outside knows that packets are too big for ${to}`, tell)
    }
    await beyond(lab)
    t.equal(await ask(lab, 'blue1', '198.51.101.2', port), 'EHOSTUNREACH', 'prohibited by a router outside')
    t.equal(await ask(lab, 'blue2', '198.51.101.2', port), 'EHOSTUNREACH')
    for (const name of ['blue1', 'blue2', 'blue3']) {
      await until(
        `${name} knows that packets are too big`,
        async () => (await ask(lab, name, '198.51.102.2', port, 1300)) === 'EMSGSIZE',
      )
      t.match(await lab.inside(name, 'ip', 'route', 'get', '198.51.102.2'), /mtu 1000/, `path MTU at ${name}`)
    }
  })

  await t.test('each hop is told when its TTL runs out', async (t) => {
    t.equal(await ping(lab, 'blue1', server, 1), '10.0.0.1')
    t.equal(await ping(lab, 'blue3', server, 1), '10.0.0.1')
    t.equal(await ping(lab, 'blue3', server, 2), server)
    t.equal(await ping(lab, 'blue2', '198.51.102.2', 2), '203.0.113.1', 'by a router outside')
    t.equal(await ping(lab, 'server', '203.0.113.12', 1), '203.0.113.10', 'from outside')
    t.equal(await ping(lab, 'server', '203.0.113.12', 2), '203.0.113.12')
    t.equal(await ping(lab, 'server', '2001:db8:1::12', 1), '2001:db8:1::10')
  })
}

/** The machine outside becomes a router: that forbids some, and leads to what takes 1,000 bytes at most. */
const beyond = async (lab: NetworksLab): Promise<void> => {
  const inside = (...words: readonly string[]) => lab.inside('server', ...(words as [string, ...string[]]))
  await inside('sysctl', '-qw', 'net.ipv4.ip_forward=1')
  await inside('ip', 'route', 'add', 'prohibit', '198.51.101.0/24')
  await inside('ip', 'link', 'add', 'far', 'mtu', '1000', 'type', 'veth', 'peer', 'far1')
  for (const card of ['far', 'far1']) await inside('ip', 'link', 'set', 'dev', card, 'up')
  await inside('ip', 'route', 'add', '198.51.102.0/24', 'dev', 'far')
}

const silence = async (t: Test, lab: NetworksLab): Promise<void> => {
  await t.test('who sends to an address outside that nobody has is told so by the router', async (t) => {
    const asked = [
      ['blue1', '203.0.113.66', '203.0.113.10'],
      ['blue2', '203.0.113.67', '203.0.113.10'],
      ['blue3', '203.0.113.68', '203.0.113.10'],
      ['red1', '203.0.113.66', '203.0.113.20'],
      ['blue1', '2001:db8:1::66', '2001:db8:1::10'],
    ] as const
    await inParallel(asked, asked.length, async ([from, to, by]) => {
      const told = new RegExp(`From ${by}:? icmp_seq=1 Destination (Host|unreachable: Address) [Uu]nreachable`)
      // The first packet is asked about for 3 s. The container itself says so where its gateway stands still for as long.
      const ask = () => lab.inside(from, 'sh', '-c', `ping -n -c 1 -W 20 ${to} || true`)
      let printed = await ask()
      for (let attempt = 1; attempt < 3 && !told.test(printed); attempt++) printed = await ask()
      t.match(printed, told, from)
    })
  })
}

/** Addresses that are not the machine's outside, what it sends to under them, and what drops that. */
const spoofed: readonly (readonly [src: string, to: string, drop: string])[] = [
  ['10.0.0.77', '203.0.113.12', 'from outside, under an address inside'],
  ['203.0.113.14', '203.0.113.12', 'from outside, under an address of ours'],
]

const spoofs = async (t: Test, lab: NetworksLab): Promise<void> => {
  await t.test('nobody outside sends under addresses inside, or under ours', async (t) => {
    await lab.inside('server', 'sysctl', '-qw', 'net.ipv4.conf.all.arp_ignore=1')
    for (const [src, to, drop] of spoofed) {
      const before = await lab.drops('h2')
      await lab.inside('server', 'ip', 'address', 'add', `${src}/32`, 'dev', 'lo')
      await lab.inside('server', 'sh', '-c', `ping -n -c 3 -i 0.2 -W 1 -I ${src} ${to} || true`)
      await lab.inside('server', 'ip', 'address', 'delete', `${src}/32`, 'dev', 'lo')
      t.same(await lab.dropsSince('h2', before, new Map([[drop, 3]])), new Map([[drop, 3]]), `${src} to ${to}`)
    }
    t.equal(await ping(lab, 'server', '203.0.113.12'), '203.0.113.12')
    t.equal(await ping(lab, 'blue1', '203.0.113.12'), '203.0.113.12', 'what turns round outside goes on')
  })
}

/** The command that sets the limit of a router's zone on a host, as the host is told to need it. */
const limitCommand = async (lab: NetworksLab, host: string): Promise<readonly string[] | undefined> => {
  const { warnings } = await lab.client.get<{ warnings: readonly string[] }>(`/v1/hosts/${host}`)
  const form = /conntrack limit of blue-out is not enforced.*; run there: ovs-appctl (.*)/
  return form.exec(warnings.join())?.[1]?.split(' ')
}

/** Whether the database of a host has limits of zones: since Open vSwitch 3.3. */
const keepsLimits = (lab: NetworksLab, host: string): Promise<boolean> =>
  lab
    .daemons(host)
    .vsctl('--columns=limit', 'list', 'CT_Zone')
    .then(
      () => true,
      () => false,
    )

const bounded = async (t: Test, lab: NetworksLab): Promise<void> => {
  await t.test('a router tracks no more connections than its limit, where its host has been given it', async (t) => {
    const limit = 30
    const h1 = lab.daemons('h1')
    const { spec, zone } = await lab.client.get<{ spec: object; zone: number }>('/v1/routers/blue-out')
    const number = 0x8000 + zone
    t.equal(await limitCommand(lab, 'h1'), undefined)
    const { status, text } = await lab.ask('PUT', '/v1/routers/blue-out', { ...spec, conntrack: { limit } })
    t.equal(status, 200, text)
    if (!(await keepsLimits(lab, 'h1'))) {
      await until('the host says what to do', async () => (await limitCommand(lab, 'h1')) !== undefined)
      const command = (await limitCommand(lab, 'h1')) ?? []
      t.same(command, ['dpctl/ct-set-limits', 'netdev@ovs-netdev', `zone=${number},limit=${limit}`])
      await h1.appctl(...command)
    }
    const shown = () => h1.appctl('dpctl/ct-get-limits', `zone=${number}`)
    await until('it is set', async () => (await shown()).includes(`limit=${limit}`))
    await h1.appctl('dpctl/flush-conntrack', `zone=${number}`)
    t.equal(await askFromMany(lab, 'blue1', server, port, 2 * limit), limit)
    t.match(await shown(), `limit=${limit},count=${limit}`)
    const [seen] = (await ask(lab, 'red2', server, port)).split(' ')
    t.equal(seen, '203.0.113.22', 'another router on that host goes on')
  })
}

t.test('tenants on three hosts and the outside', async (t) => {
  if (!ovs(t) || !namespaces(t) || !python(t)) return
  const lab = await NetworksLab.start(t, 'nato', file)
  await serve(t, lab, 'server', server, port)
  await serve(t, lab, 'server', server6, port)
  await outward(t, lab)
  await inward(t, lab)
  await errors(t, lab)
  await silence(t, lab)
  await spoofs(t, lab)
  await bounded(t, lab)
})
