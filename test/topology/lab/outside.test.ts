import t from 'tap'
import { takeDown } from '../../../topology/lab/down.ts'
import { daemonsOf } from '../../../topology/lab/host.ts'
import { inNamespace } from '../../../topology/lab/ip.ts'
import { cutLink, healLinks } from '../../../topology/lab/links.ts'
import { namespaceOf } from '../../../topology/lab/names.ts'
import { bringUp } from '../../../topology/lab/up.ts'
import { until } from '../../engine/lab.ts'
import { namespaces, ovs } from '../../support/needs.ts'
import { describe, labOf, labsOf, leftOf } from './labs.ts'

const text = `
underlay: { rack: { cidr: 172.30.0.0/24 } }
hosts: { h1: {}, h2: {} }
externals:
  internet: {}
  storage: { hosts: [h2] }
outside:
  router: { external: internet, addresses: [203.0.113.1/24, '2001:db8::1/64'], behind: [198.51.100.1] }
  server: { external: internet, addresses: [203.0.113.2/24] }
`

t.test('physical networks with machines that know of no controller, joined to bridges of hosts', async (t) => {
  if (!ovs(t) || !namespaces(t)) return
  const file = describe(labsOf(t), 'outside', text)
  const { folder, lab, mock } = labOf(t, file, `labout${process.pid}`)
  await bringUp(folder, lab, { controller: await mock.start() })
  const { record } = folder
  if (!record) throw new Error('the lab wrote nothing down')
  const inside = (node: string, ...words: readonly string[]) =>
    inNamespace(namespaceOf(folder.name, node), ...(words as [string, ...string[]]))
  const reaches = (node: string, address: string): Promise<boolean> =>
    inside(node, 'ping', '-c', '1', '-W', '1', address).then(
      () => true,
      () => false,
    )

  /** A card that has just come up may not yet pass the first question of who has an address. */
  const isReached = async (node: string, address: string, what: string): Promise<void> => {
    await until(what, () => reaches(node, address))
    t.pass(what)
  }

  await isReached('server', '203.0.113.1', 'machines reach each other')
  await inside('server', 'ip', 'route', 'add', '198.51.100.1', 'via', '203.0.113.1')
  await isReached('server', '198.51.100.1', 'what lies behind a machine is reached through it')
  await inside('h1', 'ip', 'address', 'add', '203.0.113.11/24', 'dev', 'br-internet')
  await inside('h1', 'ip', 'link', 'set', 'dev', 'br-internet', 'up')
  await isReached('h1', '203.0.113.1', 'so are machines through the bridge of a host')
  t.notOk(await reaches('underlay', '203.0.113.1'), 'not from the underlay')

  const mappings = (host: string) =>
    daemonsOf(folder, host).vsctl('get', 'open_vswitch', '.', 'external_ids:heddle-bridge-mappings')
  t.match(await mappings('h1'), /^"?internet:br-internet"?$/m)
  t.match(await mappings('h2'), /^"internet:br-internet,storage:br-storage"$/m)
  t.match(await daemonsOf(folder, 'h2').vsctl('list-ports', 'br-storage'), /^eth2$/m)

  for (const [link, node] of [
    ['server', 'server'],
    ['h1_1', 'h1'],
  ] as const) {
    await cutLink(folder, record, link)
    t.notOk(await reaches(node, '203.0.113.1'), `${link} is cut`)
    await healLinks(folder, record)
    await isReached(node, '203.0.113.1', 'and healed')
  }
  await takeDown(folder)
  t.same(leftOf(folder), [])
})
