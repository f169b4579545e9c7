import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { surprises } from '../../topology/lab/ping.ts'
import { CommandError } from '../../topology/ovs/shell.ts'
import { until } from '../engine/lab.ts'
import { busybox, namespaces, ovs, python } from '../support/needs.ts'
import { endProgram } from '../support/programs.ts'
import { pingPatiently } from '../topology/lab/labs.ts'
import { Keeping } from './keeping.ts'
import { NetworksLab } from './lab.ts'
import { Pinging } from './pinging.ts'
import { fetchFrom, serve } from './reach.ts'

const file = fileURLToPath(new URL('../../topology/labs/router-two-networks.yaml', import.meta.url))

/** What a command prints, whether it succeeds or not. */
const printed = async (lab: NetworksLab, from: string, ...words: readonly [string, ...string[]]): Promise<string> => {
  try {
    return await lab.inside(from, ...words)
  } catch (error) {
    if (error instanceof CommandError) return error.output.stdout
    throw error
  }
}

/** With -W, ping(8) would wait no longer than twice the time of the first answer for the others. */
const ping = (lab: NetworksLab, from: string, address: string, ...more: readonly string[]): Promise<string> =>
  printed(lab, from, 'ping', '-n', '-c', '3', '-i', '0.2', '-w', '30', ...more, address)

/** The hops that traceroute shows. */
const hops = async (lab: NetworksLab, from: string, address: string): Promise<string[]> => {
  const command = address.includes(':') ? 'traceroute6' : 'traceroute'
  const lines = await lab.inside(from, 'busybox', command, '-n', '-q', '1', '-w', '10', address)
  return [...lines.matchAll(/^ *\d+ {2}(\S+)/gm)].map(([, hop]) => hop ?? '')
}

/** Containers here and on another host that the first reaches through its router, by both versions. */
const reaching = async (t: Test, lab: NetworksLab): Promise<void> => {
  await t.test(
    'containers of two networks reach each other through their router, on one host and on two',
    async (t) => {
      for (const to of ['db1', 'db2']) {
        for (const family of [4, 6] as const) {
          const answer = await ping(lab, 'web1', lab.address(to, family))
          t.match(answer, /3 received/, `web1 ${to} IPv${family}`)
          t.match(answer, /ttl=63/, 'one hop less')
        }
      }
      t.match(await ping(lab, 'db2', lab.address('web1')), /3 received/, 'and back')
    },
  )

  await t.test('all whom routers join reach each other, and nobody else does', async (t) => {
    t.same(surprises(await pingPatiently(lab.folder)), [])
  })

  await t.test('TCP of many packets passes, each way', async (t) => {
    for (const family of [4, 6] as const) {
      const server = await serve(lab, 'db2', family)
      t.teardown(() => endProgram(server))
      t.equal(await fetchFrom(lab, 'web1', lab.address('db2', family)), 'db2')
    }
  })

  await t.test('tenants with the same addresses each reach their own, and not those of others', async (t) => {
    const servers = [await serve(lab, 'db2', 4), await serve(lab, 'stock1', 4)]
    t.teardown(() => Promise.all(servers.map((server) => endProgram(server))))
    t.equal(await fetchFrom(lab, 'web1', '10.0.2.3'), 'db2')
    t.equal(await fetchFrom(lab, 'shop1', '10.0.2.3'), 'stock1')
    t.match(await ping(lab, 'shop1', '10.0.2.2', '-w', '2'), /0 received.*|Unreachable/s, 'db1 is the other tenant’s')
  })
}

const hopsAndErrors = async (t: Test, lab: NetworksLab): Promise<void> => {
  await t.test('traceroute shows the gateway, then who it is for', async (t) => {
    t.same(await hops(lab, 'web1', '10.0.2.3'), ['10.0.1.1', '10.0.2.3'])
    t.same(await hops(lab, 'web1', 'fd00:2::3'), ['fd00:1::1', 'fd00:2::3'])
    t.same(await hops(lab, 'web1', '10.0.2.1'), ['10.0.1.1'], 'a gateway’s other address too')
  })

  await t.test('who sends where nothing is is told so by the gateway', async (t) => {
    t.match(await ping(lab, 'web1', '10.0.2.99'), /From 10\.0\.1\.1 .*Destination Host Unreachable/)
    t.match(await ping(lab, 'web1', 'fd00:2::99'), /From fd00:1::1 .*Address unreachable/)
    t.match(await ping(lab, 'web1', '192.0.2.1'), /From 10\.0\.1\.1 .*Destination Net Unreachable/)
    t.match(await ping(lab, 'web1', '2001:db8::1'), /From fd00:1::1 .*No route/)
    t.match(await ping(lab, 'web1', '10.0.2.3', '-t', '1'), /From 10\.0\.1\.1 .*Time to live exceeded/)
    t.match(await ping(lab, 'web1', 'fd00:2::3', '-t', '1'), /From fd00:1::1 .*Time exceeded: Hop limit/)
  })

  await t.test('a packet that is too long for the network that it is for: its sender is told what fits', async (t) => {
    const whole = ['-M', 'do', '-s', '1400']
    t.match(await ping(lab, 'web1', '10.0.2.3', ...whole), /From 10\.0\.1\.1 .*Frag needed and DF set \(mtu = 1400\)/)
    t.match(await ping(lab, 'web1', 'fd00:2::3', ...whole), /From fd00:1::1 .*Packet too big: mtu=1400/)
    t.match(await ping(lab, 'web1', '10.0.2.3', '-s', '2000'), /3 received/, 'then it sends what fits')
    t.match(await ping(lab, 'web1', 'fd00:2::3', '-s', '2000'), /3 received/)
    t.match(await ping(lab, 'db2', '10.0.1.2', '-M', 'do', '-s', '1372'), /3 received/, 'the other way there is room')
  })

  await t.test('a flood of packets that no router passes on is answered now and then', async (t) => {
    const words = ['-n', '-q', '-f', '-l', '5000', '-c', '5000', '-W', '1', '10.0.2.99']
    const isAnswered = async (): Promise<boolean> => {
      const started = performance.now()
      const flood = await printed(lab, 'web1', 'ping', ...words)
      const seconds = (performance.now() - started) / 1000
      const sent = Number(/(\d+) packets transmitted/.exec(flood)?.[1])
      const errors = Number(/\+(\d+) errors/.exec(flood)?.[1] ?? 0)
      t.ok(sent >= 5000, `${sent} were sent`)
      t.ok(errors <= 200 * (seconds + 2), `${errors} errors in ${seconds.toFixed(1)} s`)
      return errors > 0
    }
    // The program waits for a second, within which a busy controller may say nothing.
    await until('some are answered', isAnswered)
  })

  await t.test('gateways answer pings without the controller', async (t) => {
    for (const address of ['10.0.1.1', '10.0.2.1', 'fd00:1::1', 'fd00:2::1']) {
      t.match(await ping(lab, 'web1', address), /3 received/, address)
    }
    const flood = await printed(lab, 'web1', 'ping', '-n', '-f', '-c', '2000', '-w', '60', '10.0.2.1')
    t.match(flood, /2000 received/, 'more than punts could pass')
  })
}

const sharing = async (t: Test, lab: NetworksLab): Promise<void> => {
  await t.test('connections to what lies behind two neighbours are shared by both', async (t) => {
    for (const name of ['db1', 'db2']) await lab.inside(name, 'ip', 'address', 'add', '10.9.0.1/32', 'dev', 'lo')
    const servers = await Promise.all(['db1', 'db2'].map((name) => serve(lab, name, 4, '10.9.0.1')))
    t.teardown(() => Promise.all(servers.map((server) => endProgram(server))))
    const answers: string[] = []
    for (let count = 0; count < 40; count++) answers.push(await fetchFrom(lab, 'web1', '10.9.0.1', 10_000))
    for (const name of ['db1', 'db2']) {
      const count = answers.filter((one) => one === name).length
      t.ok(count > 5, `${name} had ${count} of 40`)
    }
    t.equal(answers.filter((one) => one !== 'db1' && one !== 'db2').length, 0)
  })
}

/** IPv6 routers are found by hosts that are told nothing else. */
const finding = async (t: Test, lab: NetworksLab): Promise<void> => {
  await t.test(
    'a container without a default route finds its IPv6 router, MTU and that addresses are given',
    async (t) => {
      await lab.inside('web1', 'ip', '-6', 'route', 'del', 'default', 'proto', 'boot').catch(() => undefined)
      await lab.inside('web1', 'ip', 'link', 'set', 'dev', 'eth0', 'down')
      await lab.inside('web1', 'ip', 'link', 'set', 'dev', 'eth0', 'up')
      await lab.inside('web1', 'ip', 'address', 'replace', `${lab.address('web1', 6)}/64`, 'dev', 'eth0', 'nodad')
      await lab.inside('web1', 'ip', 'route', 'replace', 'default', 'via', '10.0.1.1')
      const routes = () => lab.inside('web1', 'ip', '-6', 'route', 'show', 'default')
      await until('it has a default route', async () => (await routes()).includes('proto ra'))
      t.match(await routes(), /default via fe80::\S+ dev eth0 proto ra/)
      t.match(await ping(lab, 'web1', 'fd00:2::3'), /3 received/)
      const addresses = await lab.inside('web1', 'ip', '-6', 'address', 'show', 'dev', 'eth0', 'scope', 'global')
      t.equal([...addresses.matchAll(/inet6/g)].length, 1, 'it makes itself no other')
    },
  )
}

/** A router as the lab's file has it, with other routes. */
const putRouter = async (lab: NetworksLab, id: string, change: object): Promise<void> => {
  const found = lab.record.description.resources.find((one) => one.kind === 'Router' && one.id === id)
  const { status, text } = await lab.ask('PUT', `/v1/routers/${id}?wait=true`, { ...found?.spec, ...change })
  if (status >= 300) throw new Error(text)
  await lab.settled()
}

const changing = async (t: Test, lab: NetworksLab): Promise<void> => {
  await t.test(
    '100 TCP connections through a router outlive changes of its routes, and of other routers',
    async (t) => {
      const kept = await Keeping.start(lab, { from: 'web1', to: 'db2' })
      for (const via of ['10.0.2.2', '10.0.2.3', '10.0.1.3']) {
        await putRouter(lab, 'blue', { routes: [{ to: '10.8.0.0/16', via: [via] }] })
      }
      await putRouter(lab, 'red', { subnets: ['stock-v4'] })
      // A busy switch may for a moment do with packets that it has just seen what it did before its flows changed.
      const shop = () => ping(lab, 'shop1', '10.0.2.3', '-w', '2')
      await until('who was left out is', async () => /100% packet loss/.test(await shop()))
      await putRouter(lab, 'red', {})
      await until('who was left out is in again', async () => /3 received/.test(await shop()))
      await putRouter(lab, 'blue', {})
      const { broken, rounds } = await kept.stop()
      t.equal(broken, 0)
      t.ok(rounds > 3, `each had ${rounds} answers and more`)
    },
  )
}

const withoutController = async (t: Test, lab: NetworksLab): Promise<void> => {
  await t.test('while the controller is dead, routing goes on, for new connections too', async (t) => {
    const going = [await Pinging.start(lab, 'web1', 'db2'), await Pinging.start(lab, 'web1', 'db1', 6)]
    await lab.killController()
    t.match(await ping(lab, 'web2', 'fd00:2::2'), /3 received/, 'who has not spoken before')
    t.match(await ping(lab, 'shop1', '10.0.2.3'), /3 received/)
    t.match(await ping(lab, 'web2', '10.0.2.1'), /3 received/, 'and gateways answer')
    const server = await serve(lab, 'db1', 4)
    t.teardown(() => endProgram(server))
    t.equal(await fetchFrom(lab, 'web2', lab.address('db1')), 'db1')
    await lab.startController()
    await lab.settled()
    t.equal(lab.sent, 0, 'hosts hold what they should')
    const gaps = await Promise.all(going.map((one) => one.stop()))
    // Milliseconds: a machine with other work may lose one, a router that stops would lose them for seconds.
    t.ok(Math.max(...gaps) <= 500, `no answers for ${gaps.join(' and ')} ms`)
    t.same(await hops(lab, 'web1', '10.0.2.3'), ['10.0.1.1', '10.0.2.3'], 'then it tells of hops again')
  })
}

t.test('routers between networks, over two hosts', async (t) => {
  if (!ovs(t) || !namespaces(t) || !python(t) || !busybox(t)) return
  const lab = await NetworksLab.start(t, 'rtr', file)
  await reaching(t, lab)
  await hopsAndErrors(t, lab)
  await sharing(t, lab)
  await finding(t, lab)
  await changing(t, lab)
  await withoutController(t, lab)
})
