// Whole hosts: real Open vSwitch in network namespaces.
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { OvsHost } from '../../topology/ovs/host.ts'
import { engineFor, flowsOf, hostFor, sleep, socketOf, until } from '../engine/lab.ts'
import { namespaces, ovs } from '../support/needs.ts'
import { watchHosts } from './lab.ts'

/** A host with the two commands done, and a controller that it has connected to in both ways. */
const joined = async (t: Test, name: string, types = 'geneve,vxlan,gre') => {
  const host = await hostFor(t, name)
  const running = engineFor(t)
  await running.engine.listen({ path: socketOf(host) })
  const watched = await watchHosts(t, host.directory)
  await host.vsctl(
    ...['set', 'open_vswitch', '.', `external_ids:system-id=${name}`, 'external_ids:heddle-encap-ip=192.0.2.1'],
    ...['external_ids:heddle-datapath-type=netdev', `external_ids:heddle-controller=unix:${socketOf(host)}`],
    `external_ids:heddle-encap-type="${types}"`,
  )
  await host.vsctl('set-manager', watched.target)
  const carried = types.split(',').filter((type) => type !== 'stt')
  await until('its tunnels work', () => watched.known.get(name)?.types.length === carried.length)
  await until('its bridge is up', () => running.engine.switches.size === 1)
  return { host, watched, engine: running.engine, id: name }
}

const plugDummy = (host: OvsHost, name: string, portId: string): Promise<string> =>
  host.vsctl(
    ...['add-port', 'br-int', name, '--', 'set', 'interface', name, 'type=internal', `external_ids:iface-id=${portId}`],
  )

t.test('an empty host has its bridge, controller and tunnels after two commands', async (t) => {
  if (!ovs(t) || !namespaces(t)) return
  const { host, watched, engine, id } = await joined(t, 'hov1')
  t.match(watched.known.get(id)?.tunnels, { geneve: 65001, vxlan: 65002, gre: 65003 })
  t.same([...engine.switches.keys()], [watched.known.get(id)?.dpid])
  const dpid = (await host.vsctl('get', 'bridge', 'br-int', 'datapath_id')).trim()
  t.equal(BigInt(`0x${JSON.parse(dpid)}`), watched.known.get(id)?.dpid, 'the switch has the pinned datapath id')
  await plugDummy(host, 'v1', 'web-1')
  await until('a port is bound', () => watched.bound.size === 1)
  const ofport = Number(await host.vsctl('get', 'interface', 'v1', 'ofport'))
  t.same(watched.bound.get('web-1'), { host: id, interface: 'v1', ofport })
  await plugDummy(host, 'v2', 'web-2')
  await host.vsctl(
    '--no-wait',
    'add-port',
    'br-int',
    'nothing',
    '--',
    'set',
    'interface',
    'nothing',
    'external_ids:iface-id=web-3',
  )
  await until('one without a device is reported', () =>
    watched.told.some((text) => /interface nothing of port web-3/.test(text)),
  )
  t.notOk(watched.bound.has('web-3'))
  await host.vsctl('del-port', 'v1')
  await until('the port is not bound any more', () => !watched.bound.has('web-1'))
})

t.test('a bridge, a tunnel port and a controller that somebody removes are back, and work', async (t) => {
  if (!ovs(t) || !namespaces(t)) return
  const { host, watched, engine, id } = await joined(t, 'hov2')
  const [dpid] = engine.switches.keys()
  await host.vsctl('del-port', 'br-int', 'hdl-vxlan')
  const hasPort = async () =>
    Number(await host.vsctl('get', 'interface', 'hdl-vxlan', 'ofport').catch(() => '0')) === 65002
  await until('the tunnel port is back under its number', hasPort)
  await until('and told', () => watched.known.get(id)?.tunnels.vxlan === 65002)
  await host.vsctl('del-controller', 'br-int')
  await until(
    'its switch leaves and comes back',
    () => watched.told.filter((text) => /put right: controller/.test(text)).length === 1,
  )
  await until('it is up', () => engine.switches.size === 1)
  const session = engine.switches.get(dpid ?? 0n)?.session
  await host.vsctl('del-br', 'br-int')
  await until('the bridge is back', () => {
    const now = engine.switches.get(dpid ?? 0n)?.session
    return now !== undefined && now !== session
  })
  await until('with its tunnels', () => watched.known.get(id)?.types.length === 3)
  t.same([...engine.switches.keys()], [dpid], 'under its datapath id')
})

t.test('STT is refused where the data path carries none of it, also where Open vSwitch lists the type', async (t) => {
  if (!ovs(t) || !namespaces(t)) return
  const { host, watched, id } = await joined(t, 'hov3', 'stt,geneve')
  t.match(watched.known.get(id), {
    types: ['geneve'],
    refused: { stt: /userspace data path|no interfaces of type stt/ },
  })
  t.notMatch(await host.vsctl('list-ports', 'br-int'), /hdl-stt/)
  t.ok(watched.told.some((text) => /warn: host hov3: stt is not carried: /.test(text)))
})

t.test('ovs-vswitchd that is killed and starts again comes back with the same ports', async (t) => {
  if (!ovs(t) || !namespaces(t)) return
  const { host, watched, engine } = await joined(t, 'hov5')
  await plugDummy(host, 'v1', 'web-1')
  await plugDummy(host, 'v2', 'web-2')
  await until('the ports are bound', () => watched.bound.size === 2)
  watched.hosts.installed(['web-1', 'web-2'])
  await host.vsctl('wait-until', 'interface', 'v2', 'external_ids:heddle-installed=true')
  const before = new Map(watched.bound)
  watched.events.length = 0
  await host.killSwitch()
  await until('its bridge is down', () => engine.switches.size === 0)
  await host.startSwitch()
  await until('its bridge is up', () => engine.switches.size === 1)
  await sleep(500)
  t.same(watched.events, [])
  t.same(watched.bound, before)
})

const resets = 100

/** Joins a host's database and the controller by hand, since Open vSwitch would wait a second after each reset. */
const patch = (host: OvsHost, target: string): Socket[] => {
  const ends = [connect(join(host.directory, 'db.sock')), connect(target.replace('unix:', ''))] as const
  for (const end of ends) end.on('error', () => undefined)
  ends[0].pipe(ends[1]).pipe(ends[0])
  return [...ends]
}

t.test(`${resets} resets of the manager's connection leave flows, ports and bindings alone`, async (t) => {
  if (!ovs(t) || !namespaces(t)) return
  const { host, watched } = await joined(t, 'hov4')
  await plugDummy(host, 'v1', 'web-1')
  await until('a port is bound', () => watched.bound.size === 1)
  await host.vsctl('del-manager')
  await until('it is not connected', () => watched.hosts.list()[0]?.from === undefined)
  await host.ofctl('add-flow', 'br-int', 'cookie=0x77,in_port=1,actions=drop')
  const [flows, rows] = [await flowsOf(host, 'br-int'), await rowsOf(host)]
  watched.events.length = 0
  let connected = 0
  for (let reset = 0; reset < resets; reset++) {
    const ends = patch(host, watched.target)
    // Some are cut before it is known whose they are.
    if (reset % 4 > 0) await until('it is connected', () => watched.hosts.list()[0]?.from !== undefined)
    await sleep(reset % 7)
    if (watched.hosts.list()[0]?.from !== undefined) connected++
    for (const end of ends) end.destroy()
    await until('it is not connected', () => watched.hosts.list()[0]?.from === undefined)
  }
  const last = patch(host, watched.target)
  t.teardown(() => last.map((end) => end.destroy()))
  await until('it is connected', () => watched.told.at(-1)?.endsWith('connected') === true)
  t.ok(connected >= (resets * 3) / 4)
  t.same(watched.events, [], 'nothing is told, as nothing has changed')
  t.same(await flowsOf(host, 'br-int'), flows)
  t.same(await rowsOf(host), rows, 'not a row came, changed or went')
  t.equal(watched.bound.get('web-1')?.interface, 'v1')
})

/** All that heddle looks after, row by row. */
const rowsOf = async (host: OvsHost): Promise<string> => {
  const tables = {
    bridge: 'name,ports,controller',
    port: 'name,interfaces',
    interface: 'name,ofport',
    controller: 'target',
  }
  const lists = Object.entries(tables).map(([table, columns]) =>
    host.vsctl('--format=csv', `--columns=_uuid,${columns},external_ids`, 'list', table),
  )
  return (await Promise.all(lists)).join('\n').split('\n').sort().join('\n')
}
