import { join } from 'node:path'
import t from 'tap'
import { hostFor, until } from '../engine/lab.ts'
import { namespaces, ovs } from '../support/needs.ts'
import { run, UpProcess } from './controller.ts'

interface Diagnosis {
  readonly level: string
  readonly bridge?: string
  readonly finding: string
  readonly mend?: string
}

t.test('doctor finds the traps of a real bridge, and its commands mend them', async (t) => {
  if (!ovs(t) || !namespaces(t)) return
  const host = await hostFor(t, 'doc1')
  const socket = join(host.directory, 'of.sock')
  const heddle = new UpProcess(t, [
    ...['--data', join(host.directory, 'data'), '--app', 'l2-switch'],
    ...['--listen', `unix:${socket}`, '--api', '127.0.0.1:0'],
  ])
  const { api } = await heddle.up()
  const examine = async () => {
    const database = `unix:${join(host.directory, 'db.sock')}`
    const { status, out } = await run(['doctor', '-o', 'json', '--db', database, '--api', api])
    const found: Diagnosis[] = JSON.parse(out)
    return { status, found, mends: found.flatMap(({ mend }) => mend ?? []) }
  }
  const connected = async () =>
    (await run(['get', 'switches', '-o', 'json', '--api', api])).out.includes('"inSync": true')

  await host.addBridge('br0', '--', 'del-fail-mode', 'br0')
  await host.vsctl('set-controller', 'br0', `unix:${socket}`)
  await until('the bridge is connected', connected)
  await host.ofctl('add-flow', 'br0', 'priority=9,arp,actions=NORMAL')
  const { port } = await host.addContainer('a', { bridge: 'br0', mac: '02:00:00:00:00:01', address: '10.0.0.1/24' })
  await host.exec('ip', 'link', 'set', port, 'down')

  const wanted = [
    'ovs-vsctl set-fail-mode br0 secure',
    'ovs-vsctl set controller br0 max_backoff=1000',
    "ovs-ofctl -O OpenFlow13 --strict del-flows br0 'table=0,priority=9,arp'",
    `ip link set ${port} up`,
  ]
  const finds = ({ mends }: Awaited<ReturnType<typeof examine>>): boolean => wanted.every((one) => mends.includes(one))
  // Open vSwitch tells of a flow and of a card a little later.
  await until('doctor finds them', async () => finds(await examine())).catch(t.comment)
  const { status, found, mends } = await examine()
  t.equal(status, 1, 'a flow past the apps is an error')
  for (const mend of wanted) t.ok(mends.includes(mend), `${mend}\n${JSON.stringify(found, undefined, 1)}`)

  await host.vsctl('set-fail-mode', 'br0', 'secure')
  await host.vsctl('set', 'controller', 'br0', 'max_backoff=1000')
  await host.exec(
    'ovs-ofctl',
    ...['-O', 'OpenFlow13', '--strict', 'del-flows', `unix:${host.directory}/br0.mgmt`],
    'table=0,priority=9,arp',
  )
  await host.exec('ip', 'link', 'set', port, 'up')
  await until('all is mended', async () => {
    const after = await examine()
    return after.status === 0 && !wanted.some((mend) => after.mends.includes(mend))
  })
})
