import { connect } from 'node:net'
import t from 'tap'
import { JsonRpc } from '../../controller/ovsdb/index.ts'
import { until } from '../engine/lab.ts'
import { databaseFor } from '../ovsdb/server.ts'
import { ovs } from '../support/needs.ts'
import { enlist, plug, pretendSwitch, settled, watchHosts, withHosts } from './lab.ts'

const refused: Readonly<Record<string, readonly [readonly string[], RegExp]>> = {
  'no system-id': [['init'], /has no external_ids:system-id; set it: ovs-vsctl set open_vswitch/],
  'a system-id that is no name': [
    ['set', 'open_vswitch', '.', 'external_ids:system-id="a b/c"'],
    /external_ids:system-id: "a b\/c" is no name for a host/,
  ],
}

for (const [what, [command, reason]] of Object.entries(refused)) {
  t.test(`a host with ${what} is refused with the reason, and nothing is made there`, async (t) => {
    if (!ovs(t)) return
    const server = await databaseFor(t)
    const watched = await watchHosts(t, server.directory)
    await server.vsctl(...command)
    await server.vsctl('set-manager', watched.target)
    await until('it is refused', () => watched.told.length > 0)
    t.match(watched.told[0], /^warn: a host was refused: /)
    t.match(watched.told[0], reason)
    t.match(watched.hosts.refused, [{ address: 'unix socket', reason }])
    t.equal(await server.vsctl('list-br'), '')
    await pretendSwitch(server)
    await server.vsctl('set', 'open_vswitch', '.', 'external_ids:system-id=h1')
    await until('it comes in once that is mended', () => watched.known.has('h1'))
  })
}

t.test('of two hosts with one system-id the first stays, and the second is told why', async (t) => {
  if (!ovs(t)) return
  const { watched } = await withHosts(t, ['h1'])
  const other = await databaseFor(t)
  await pretendSwitch(other)
  await enlist(other, 'h1', watched.target)
  await until('it is refused', () => watched.told.some((text) => text.includes('refused')))
  t.match(watched.told.at(-1), /host h1 is connected from unix socket already; each needs its own system-id/)
  t.equal(await other.vsctl('list-br'), '')
  await other.vsctl('set', 'open_vswitch', '.', 'external_ids:system-id=h2')
  await until('under another name it comes in', () => watched.known.has('h2'))
})

t.test('who is no host is refused with the reason, and troubles nobody', async (t) => {
  if (!ovs(t)) return
  const { watched, server } = await withHosts(t, ['h1'])
  settled(watched)
  const dial = () => {
    const socket = connect(watched.target.replace('unix:', ''))
    t.teardown(() => socket.destroy())
    return socket.on('error', () => undefined)
  }
  dial().write('GET / HTTP/1.1\r\n\r\n')
  await until('it is refused', () => watched.told.length === 1)
  t.match(watched.told[0], /a host was refused: .*byte 0x47 where a JSON object must begin/)
  const nothing = { notification: () => undefined, close: () => undefined }
  const stranger = new JsonRpc(dial(), nothing)
  t.teardown(() => stranger.close('the test is over'))
  await until('it is refused', () => watched.told.length === 2)
  t.match(watched.told[1], /a host was refused: list_dbs was refused: unknown method/)
  await server.vsctl(...plug('v1', 'web-1', 7))
  await until('the others go on', () => watched.bound.size === 1)
})
