// The ways from a host to physical networks: patch ports between bridges.
import t, { type Test } from 'tap'
import { hostFor, until } from '../engine/lab.ts'
import type { DatabaseServer } from '../ovsdb/server.ts'
import { namespaces, ovs } from '../support/needs.ts'
import { settled, watchHosts, withHosts } from './lab.ts'

const map = (server: DatabaseServer, mappings: string): Promise<string> =>
  server.vsctl('set', 'open_vswitch', '.', `external_ids:heddle-bridge-mappings="${mappings}"`)

const portsOf = async (server: DatabaseServer, bridge: string): Promise<string[]> =>
  (await server.vsctl('list-ports', bridge))
    .trim()
    .split('\n')
    .filter((name) => /^hdl-(to|from)-/.test(name))

const peerOf = async (server: DatabaseServer, name: string): Promise<string> =>
  (await server.vsctl('get', 'interface', name, 'options:peer')).trim()

/** A host with a bridge br-phys, mapped to the network internet, as ovs-vswitchd would show it. */
const mapped = async (t: Test) => {
  const { watched, server } = await withHosts(t, ['h1'])
  await server.vsctl('add-br', 'br-phys')
  await map(server, 'internet:br-phys')
  await until('both ports are there', async () => (await portsOf(server, 'br-phys')).length === 1)
  await server.vsctl('set', 'interface', 'hdl-to-internet', 'ofport=7')
  await until('the way is told', () => watched.known.get('h1')?.physical.internet === 7)
  settled(watched)
  return { watched, server }
}

t.test('a mapping joins the integration bridge with the bridge of the physical network', async (t) => {
  if (!ovs(t)) return
  const { server } = await mapped(t)
  t.same(await portsOf(server, 'br-int'), ['hdl-to-internet'])
  t.same(await portsOf(server, 'br-phys'), ['hdl-from-internet'])
  t.equal(await peerOf(server, 'hdl-to-internet'), 'hdl-from-internet')
  t.equal(await peerOf(server, 'hdl-from-internet'), 'hdl-to-internet')
  t.equal((await server.vsctl('get', 'interface', 'hdl-from-internet', 'type')).trim(), 'patch')
})

t.test('the ports go with the mapping, and those of others stay', async (t) => {
  if (!ovs(t)) return
  const { watched, server } = await mapped(t)
  await server.vsctl(
    ...['add-port', 'br-int', 'mine', '--', 'set', 'interface', 'mine', 'type=patch', 'options:peer=theirs'],
    ...['--', 'add-port', 'br-phys', 'hdl-from-x', '--', 'set', 'interface', 'hdl-from-x', 'type=patch'],
  )
  await map(server, 'storage:br-phys')
  await until('the way is told no more', () => watched.known.get('h1')?.physical.internet === undefined)
  await until('the ports are exchanged', async () => (await portsOf(server, 'br-int')).join() === 'hdl-to-storage')
  t.same(await portsOf(server, 'br-phys'), ['hdl-from-storage', 'hdl-from-x'])
  await server.vsctl('remove', 'open_vswitch', '.', 'external_ids', 'heddle-bridge-mappings')
  await until('none is left', async () => (await portsOf(server, 'br-int')).length === 0)
  t.match(await server.vsctl('list-ports', 'br-int'), /mine/)
  t.same(await portsOf(server, 'br-phys'), ['hdl-from-x'], 'it does not carry external_ids:heddle')
})

/** What somebody breaks, and what is put right. */
const damage: Readonly<Record<string, readonly [readonly string[], RegExp]>> = {
  'the port on the integration bridge': [['del-port', 'br-int', 'hdl-to-internet'], /hdl-to-internet made on br-int/],
  'the port on the other bridge': [['del-port', 'br-phys', 'hdl-from-internet'], /hdl-from-internet made on br-phys/],
  'the peer of a port': [
    ['set', 'interface', 'hdl-to-internet', 'options:peer=nobody'],
    /hdl-to-internet of br-int mended/,
  ],
  'the type of a port': [['set', 'interface', 'hdl-from-internet', 'type=""'], /hdl-from-internet of br-phys mended/],
}

t.test('a port that somebody removes or changes is put right', async (t) => {
  if (!ovs(t)) return
  const { watched, server } = await mapped(t)
  for (const [what, [command, told]] of Object.entries(damage)) {
    await t.test(what, async (t) => {
      settled(watched)
      await server.vsctl(...command)
      await until('it is put right', () => watched.told.some((text) => /put right/.test(text)))
      t.match(watched.told.join('\n'), told)
      t.equal(await peerOf(server, 'hdl-to-internet'), 'hdl-from-internet')
    })
  }
})

t.test('a mapping to another bridge moves the port there', async (t) => {
  if (!ovs(t)) return
  const { server } = await mapped(t)
  await server.vsctl('add-br', 'br-two')
  await map(server, 'internet:br-two')
  await until('it has moved', async () => (await portsOf(server, 'br-two')).join() === 'hdl-from-internet')
  t.same(await portsOf(server, 'br-phys'), [])
})

t.test('what is wrong with a mapping is told, with what to do', async (t) => {
  if (!ovs(t)) return
  const { watched, server } = await withHosts(t, ['h1'])
  const told = (pattern: RegExp) => until(String(pattern), () => watched.told.some((text) => pattern.test(text)))
  await map(server, 'internet:br-nowhere')
  await told(/heddle-bridge-mappings: internet: there is no bridge br-nowhere: ovs-vsctl add-br br-nowhere/)
  t.match(watched.hosts.list()[0]?.problems.join(), /there is no bridge br-nowhere/)
  await server.vsctl('add-br', 'br-nowhere')
  await until('it is joined as soon as it is there', async () => (await portsOf(server, 'br-nowhere')).length === 1)
  await until('nothing is amiss', () => watched.hosts.list()[0]?.problems.length === 0)
  await server.vsctl('add-br', 'br-dp', '--', 'set', 'bridge', 'br-dp', 'datapath_type=netdev')
  await map(server, 'internet:br-dp')
  await told(/bridge br-dp has datapath_type netdev, the integration bridge system: they need the same/)
  t.same(await portsOf(server, 'br-int'), [])
  await map(server, 'internet,storage:br-int,a:br-nowhere,a:br-dp')
  await told(/internet is no NETWORK:BRIDGE; .*storage:br-int names the integration bridge.*a:br-dp names a a second/)
  await until('the others count', async () => (await portsOf(server, 'br-int')).join() === 'hdl-to-a')
})

t.test('on Open vSwitch the ports have numbers, also after ovs-vswitchd was killed', async (t) => {
  if (!ovs(t) || !namespaces(t)) return
  const host = await hostFor(t, 'natm')
  const watched = await watchHosts(t, host.directory)
  await host.vsctl(
    ...['add-br', 'br-phys', '--', 'set', 'bridge', 'br-phys', 'datapath_type=netdev', '--'],
    ...['set', 'open_vswitch', '.', 'external_ids:system-id=natm', 'external_ids:heddle-datapath-type=netdev'],
    'external_ids:heddle-bridge-mappings=internet:br-phys',
  )
  await host.vsctl('set-manager', watched.target)
  await until('the way is told', () => watched.known.get('natm')?.physical.internet !== undefined)
  const ofport = Number(await host.vsctl('get', 'interface', 'hdl-to-internet', 'ofport'))
  t.equal(watched.known.get('natm')?.physical.internet, ofport)
  t.ok(ofport < 0x8000, 'zones of address translation have the numbers from 0x8000 on')
  await host.killSwitch()
  await host.startSwitch()
  t.equal(Number(await host.vsctl('get', 'interface', 'hdl-to-internet', 'ofport')), ofport)
})
