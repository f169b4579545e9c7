import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import firewall from '../../../../apps/vrouter/firewall/app.ts'
import type { Policy } from '../../../../controller/state/index.ts'
import { until } from '../../../engine/lab.ts'
import { namespaces, ovs, python } from '../../../support/needs.ts'
import { endProgram } from '../../../support/programs.ts'
import { doc, type RealHost, realHost } from '../../one-host.ts'

const script = fileURLToPath(new URL('connections.py', import.meta.url))

/** What the script says of its connections. */
interface Report {
  readonly alive: number
  readonly done: number
  readonly most: number
  readonly errors: readonly string[]
}

/** A script in a container, which is ended with the test; a line is asked for by a line. */
class Script {
  private readonly child: ChildProcessWithoutNullStreams
  private readonly lines: AsyncIterator<string>

  constructor(t: Test, real: RealHost, container: string, ...args: readonly string[]) {
    const { namespace } = real.container(container)
    this.child = spawn('ip', ['netns', 'exec', namespace, 'python3', script, ...args])
    this.child.stderr.on('data', (text) => t.comment(String(text)))
    this.lines = createInterface(this.child.stdout)[Symbol.asyncIterator]()
    t.teardown(() => endProgram(this.child))
  }

  async line(): Promise<string> {
    const { value, done } = await this.lines.next()
    if (done) throw new Error('the script has ended')
    return value
  }

  async ask(): Promise<Report> {
    this.child.stdin.write('?\n')
    return JSON.parse(await this.line())
  }
}

const allow = (...ports: number[]): Policy['rules'][number] => ({
  ...{ direction: 'in', action: 'allow', protocol: 'tcp', ports },
})

const usual: Policy = { groups: ['web'], rules: [allow(80, 81)], default: { out: 'allow' } }

/** Two containers: `b` serves in group `web`, where `usual` holds. */
const start = async (t: Test, name: string): Promise<RealHost> => {
  const real = await realHost(t, name, [firewall], 2)
  await real.apply(
    ...(['web', 'other'] as const).map((id, bit) => doc('groupNumber', id, { tenant: 1, bit })),
    doc('port', 'b', { network: 'blue', groups: ['web'] }),
    doc('policy', 'web', usual),
  )
  return real
}

/** Connections from a to b, all of which are open and go on. */
const connected = async (t: Test, real: RealHost, port: number, count: number): Promise<Script> => {
  const server = new Script(t, real, 'b', 'serve', String(port))
  t.equal(await server.line(), 'listening')
  const client = new Script(t, real, 'a', 'run', '10.0.0.3', String(port), String(count))
  t.equal(await client.line(), 'open')
  return client
}

/** Exchanges that show that connections go on: what takes a second on a quiet machine. */
const many = 30

t.test('a change of rules that do not concern 100 TCP connections leaves every one alone', async (t) => {
  if (!ovs(t) || !namespaces(t) || !python(t)) return
  const real = await start(t, 'fwlun')
  const client = await connected(t, real, 80, 100)
  const changes: Policy[] = [
    { ...usual, rules: [allow(80, 81), allow(443)] },
    { ...usual, rules: [allow(80, 81), { direction: 'in', action: 'drop', priority: 900, protocol: 'udp' }] },
    {
      ...usual,
      rules: [
        { ...allow(1, 80), name: 'another' },
        { ...allow(80), priority: 700 },
      ],
    },
    { ...usual, rules: [allow(80)], default: { out: 'drop' } },
    {
      ...usual,
      rules: [allow(80), { direction: 'in', action: 'drop', peer: { cidrs: ['10.9.0.0/16'] }, priority: 999 }],
    },
  ]
  let before = (await client.ask()).done
  for (const [index, policy] of changes.entries()) {
    const ports = { network: 'blue', groups: index % 2 === 0 ? ['web', 'other'] : ['web'] }
    await real.apply(doc('policy', 'web', policy), doc('port', 'b', ports))
    const { alive, errors } = await client.ask()
    t.equal(alive, 100, `after change ${index + 1}: ${errors[0] ?? 'none ended'}`)
    const reached = before + 5
    await until('each has exchanged more', async () => (await client.ask()).done >= reached)
    before = (await client.ask()).done
  }
})

t.test('deny cuts established TCP connections at once; allowed again, they go on', async (t) => {
  if (!ovs(t) || !namespaces(t) || !python(t)) return
  const real = await start(t, 'fwlct')
  const cut = await connected(t, real, 80, 10)
  const other = await connected(t, real, 81, 10)
  const drop = { direction: 'in', action: 'drop', protocol: 'tcp', ports: [80], priority: 900 } as const
  await real.apply(doc('policy', 'web', { ...usual, rules: [allow(80, 81), { ...drop, ports: [80] }] }))
  await real.revalidated()
  const [first, others] = [await cut.ask(), await other.ask()]
  await until('the others go on', async () => (await other.ask()).done >= others.done + many)
  // What the server had heard before may still be answered: that is one exchange.
  const { most } = await cut.ask()
  t.ok(most <= first.most + 1, `${most - first.most} exchanges on one that is denied`)
  await real.apply(doc('policy', 'web', usual))
  await until('TCP has tried again, and goes on', async () => (await cut.ask()).done > first.most + 1)
})

t.test('reject resets established TCP connections', async (t) => {
  if (!ovs(t) || !namespaces(t) || !python(t)) return
  const real = await start(t, 'fwlrs')
  const client = await connected(t, real, 80, 10)
  await real.apply(doc('policy', 'web', { groups: ['web'], rules: [{ direction: 'in', action: 'reject' }] }))
  await until('all are reset', async () => (await client.ask()).alive === 0)
  const { errors } = await client.ask()
  t.same(
    errors.filter((error) => !/reset|closed|broken pipe/i.test(error)),
    [],
  )
  const failure = await real
    .inside('a', 'python3', '-c', 'import socket; socket.create_connection(("10.0.0.3", 80), 25)')
    .catch((error: Error) => error.message)
  t.match(failure, /ConnectionRefusedError/, 'who connects is refused at once')
})
