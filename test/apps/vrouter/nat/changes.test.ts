// What becomes of traffic to the outside when addresses move, hosts fail and the controller is away.
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { until } from '../../../engine/lab.ts'
import { NetworksLab, patience } from '../../../networks/lab.ts'
import { namespaces, ovs, python } from '../../../support/needs.ts'
import { endProgram, type Program, startInside } from '../../../support/programs.ts'
import { aMoment, ask, ping, revalidated, serve } from './probes.ts'

const connectionsProgram = fileURLToPath(new URL('connections.py', import.meta.url))
const file = fileURLToPath(new URL('lab.yaml', import.meta.url))
const server = '198.51.100.1'
const port = 5000

interface TranslationView {
  readonly id: string
  readonly host: string
  readonly out?: { readonly packets: number }
  readonly in?: { readonly packets: number }
}

const translations = async (lab: NetworksLab): Promise<ReadonlyMap<string, TranslationView>> => {
  const all = await lab.client.get<readonly TranslationView[]>('/v1/translations')
  return new Map(all.map((one) => [one.id, one]))
}

const want = async (t: Test, lab: NetworksLab, id: string, spec: object): Promise<void> => {
  const { status, text } = await lab.ask('PUT', `/v1/nat/${id}?wait=true`, spec)
  t.ok(status === 200 || status === 201, text)
}

/** Connections that send a byte ten times a second, and say so when one ends. */
const connections = async (t: Test, lab: NetworksLab, node: string, count: number): Promise<Program> => {
  const words = ['python3', connectionsProgram, 'hold', server, '6000', String(count)]
  const child = await startInside(lab.namespace(node), ...words)
  t.teardown(() => endProgram(child))
  return child
}

/** How many of the connections have carried all that was sent since they began. */
const whole = async (child: Program): Promise<number> => {
  let said = ''
  child.stdout.on('data', (text: string) => {
    said += text
  })
  child.stdin.end()
  await once(child, 'close')
  return Number(said)
}

const others = async (t: Test, lab: NetworksLab): Promise<void> => {
  await t.test('of 100 connections none is lost while translations come and go that do not concern them', async (t) => {
    const echo = await startInside(lab.namespace('server'), 'python3', connectionsProgram, 'serve', server, '6000')
    t.teardown(() => endProgram(echo))
    const held = await Promise.all(['blue1', 'blue2'].map((name) => connections(t, lab, name, 50)))
    for (let round = 0; round < 5; round++) {
      await want(t, lab, 'more', {
        router: 'blue-out',
        forward: { protocol: 'tcp', address: '203.0.113.10', port: 9000 + round, to: '10.0.0.14' },
      })
      await want(t, lab, 'other', { router: 'red-out', floating: { address: '203.0.113.30', to: '10.0.0.11' } })
      await lab.settled()
      for (const id of ['more', 'other']) await lab.ask('DELETE', `/v1/nat/${id}`)
      await lab.settled()
    }
    t.same(await Promise.all(held.map(whole)), [50, 50])
  })
}

const moves = async (t: Test, lab: NetworksLab): Promise<void> => {
  await t.test('a floating address that leads to another host is found there at once', async (t) => {
    t.equal((await translations(lab)).get('blue2-own')?.host, 'h2')
    t.equal(await ping(lab, 'server', '203.0.113.12'), '203.0.113.12')
    const counted = async () => (await translations(lab)).get('blue2-own')
    await until('what passed is counted', async () => {
      const { out, in: back } = (await counted()) ?? {}
      return (out?.packets ?? 0) > 0 && (back?.packets ?? 0) > 0
    })
    await want(t, lab, 'blue2-own', { router: 'blue-out', floating: { address: '203.0.113.12', to: '10.0.0.11' } })
    await lab.settled()
    // Open vSwitch has packets that are like those before go the way of these, for up to a second on a busy machine.
    await revalidated(lab)
    t.equal((await translations(lab)).get('blue2-own')?.host, 'h1')
    const floating = () => ping(lab, 'server', '203.0.113.12', 64, aMoment)
    await until('it is answered', async () => (await floating()) === '203.0.113.12', patience)
    t.match(await ask(lab, 'blue1', server, port), /^203\.0\.113\.12 /, 'and seen outside')
    t.match(await ask(lab, 'blue2', server, port), /^203\.0\.113\.10 /)
  })
}

const away = async (t: Test, lab: NetworksLab): Promise<void> => {
  await t.test(
    'without a controller, new connections are translated, each way, and when it comes back too',
    async (t) => {
      await lab.killController()
      t.match(await ask(lab, 'blue3', server, port), /^203\.0\.113\.10 /)
      t.match(await ask(lab, 'red2', server, port), /^203\.0\.113\.22 /)
      t.equal(await ping(lab, 'server', '203.0.113.14'), '203.0.113.14')
      await lab.inside('server', 'ip', 'neighbor', 'flush', 'all')
      t.equal(await ping(lab, 'server', '203.0.113.10'), '203.0.113.10', 'who asks for the address is answered')
      const before = await lab.flows('h1')
      await lab.startController()
      await lab.settled()
      t.same(await lab.flows('h1'), before, 'neighbours outside are known as before')
      t.match(await ask(lab, 'blue3', server, port), /^203\.0\.113\.10 /)
    },
  )
}

const failover = async (t: Test, lab: NetworksLab): Promise<void> => {
  await t.test(
    'where the host by which a router leaves fails, packets leave by another, and later by it again',
    async (t) => {
      const host = async () => (await translations(lab)).get('blue-all')?.host
      const isAnswered = async () => (await ping(lab, 'blue3', server, 64, aMoment)) === server
      t.equal(await host(), 'h1')
      await lab.daemons('h1').killSwitch()
      await until('it leaves by h2', async () => (await host()) === 'h2', patience)
      await until('blue3 is answered', isAnswered, patience)
      t.match(await ask(lab, 'blue3', server, port), /^203\.0\.113\.10 /, 'under the same address')
      t.equal(await ping(lab, 'server', '203.0.113.10'), '203.0.113.10', 'which is at h2 now')
      await lab.daemons('h1').startSwitch()
      await until('it leaves by h1', async () => (await host()) === 'h1', patience)
      await lab.settled()
      await until('blue3 is answered', isAnswered, patience)
    },
  )
}

t.test('addresses move, hosts fail, and the controller is away', async (t) => {
  if (!ovs(t) || !namespaces(t) || !python(t)) return
  const lab = await NetworksLab.start(t, 'natc', file)
  await serve(t, lab, 'server', server, port)
  await others(t, lab)
  await moves(t, lab)
  await away(t, lab)
  await failover(t, lab)
})
