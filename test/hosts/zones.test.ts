// Limits of connection tracking, in the databases of hosts that have a place for them, and of those that have none.
import t, { type Test } from 'tap'
import {
  byUuid,
  insert,
  map,
  mutate,
  namedUuid,
  type Operation,
  type OvsdbSession,
  openVSwitch,
  pairsIn,
  select,
  set,
  update,
} from '../../controller/ovsdb/index.ts'
import { until } from '../engine/lab.ts'
import { ovs } from '../support/needs.ts'
import { settled, withHosts } from './lab.ts'

type Wanted = Map<number, { readonly router: string; readonly limit: number }>

const blue = 33_000
const red = 33_001

const wantedTwo = (): Wanted =>
  new Map([
    [blue, { router: 'blue', limit: 1000 }],
    [red, { router: 'red', limit: 4_294_967_295 }],
  ])

/** A host, and the limits that are wanted there: two unless given. ovs-vsctl of Open vSwitch 3.1 knows none. */
const limited = async (t: Test, zoneLimits: boolean, limits: Wanted = wantedTwo()) => {
  const { watched, server } = await withHosts(t, ['h1'], { limitsOf: () => limits }, { zoneLimits })
  const want = (zone: number, router: string, limit: number | undefined) => {
    if (limit === undefined) limits.delete(zone)
    else limits.set(zone, { router, limit })
    watched.hosts.limitsChanged('h1')
  }
  return { watched, server, want, database: await server.session(t) }
}

const read = async (database: OvsdbSession, table: string, uuid?: string) => {
  const [result] = await database.transact(openVSwitch, [select(table, uuid === undefined ? [] : byUuid(uuid))])
  return result?.rows ?? []
}

const write = (database: OvsdbSession, ...operations: readonly Operation[]) =>
  database.transact(openVSwitch, operations)

/** The pairs of a map whose values are rows. */
const rowsIn = async (database: OvsdbSession, table: string, column: string, uuid?: string) =>
  pairsIn((await read(database, table, uuid))[0]?.[column])

/** The row of a zone, by the type of the data path. */
const rowOf = async (database: OvsdbSession, zone: number, type = 'system'): Promise<string> => {
  const datapath = (await rowsIn(database, 'Open_vSwitch', 'datapaths')).get(type)
  const zones = datapath === undefined ? undefined : await rowsIn(database, 'Datapath', 'ct_zones', datapath)
  return new Map([...(zones ?? [])].map(([key, row]) => [Number(key), row])).get(zone) ?? ''
}

/** `zone=limit` for each zone of a data path, with `*` where the row is heddle's. */
const zonesOf = async (database: OvsdbSession, type = 'system'): Promise<string[]> => {
  const datapath = (await rowsIn(database, 'Open_vSwitch', 'datapaths')).get(type)
  if (datapath === undefined) return []
  const zones = await rowsIn(database, 'Datapath', 'ct_zones', datapath)
  return Promise.all(
    [...zones].map(async ([zone, uuid]) => {
      const [row] = await read(database, 'CT_Zone', uuid)
      return `${zone}=${row?.limit}${pairsIn(row?.external_ids).get('heddle') === 'true' ? '*' : ''}`
    }),
  )
}

const both = [`${blue}=1000*`, `${red}=4294967295*`]

const become = (database: OvsdbSession, zones: readonly string[], type?: string) =>
  until(`zones are ${zones.join()}`, async () => (await zonesOf(database, type)).join() === zones.join())

const anyDatapath = ['datapath_version', '==', ''] as const

/** A data path of somebody else's, with one zone. */
const foreign = (database: OvsdbSession, zone: number, limit: number) =>
  write(
    database,
    insert('CT_Zone', { limit }, 'zone'),
    insert('Datapath', { ct_zone_default_limit: 500, ct_zones: ['map', [[zone, namedUuid('zone')]]] }, 'datapath'),
    mutate('Open_vSwitch', [], ['datapaths', 'insert', ['map', [['system', namedUuid('datapath')]]]]),
  )

t.test('limits of routers’ zones are set on the host, follow what is wanted, and go with it', async (t) => {
  if (!ovs(t)) return
  const { watched, database, want } = await limited(t, true)
  await become(database, both)
  t.same(watched.hosts.list()[0]?.problems, [])
  want(blue, 'blue', 5)
  await become(database, [`${blue}=5*`, both[1] ?? ''])
  want(red, 'red', undefined)
  await become(database, [`${blue}=5*`])
  want(blue, 'blue', undefined)
  await become(database, [])
  await until('nothing of heddle is left', async () => (await read(database, 'Datapath')).length === 0)
  t.same(await read(database, 'CT_Zone'), [])
})

t.test('what is as it should be is not written again, also by a new connection', async (t) => {
  if (!ovs(t)) return
  const { watched, server, database } = await limited(t, true)
  await become(database, both)
  const rows = await read(database, 'CT_Zone')
  settled(watched)
  watched.hosts.limitsChanged('h1')
  await server.vsctl('del-manager')
  await until('it is not connected', () => watched.hosts.list()[0]?.from === undefined)
  await server.vsctl('set-manager', watched.target)
  await until('it is connected', () => watched.hosts.list()[0]?.from !== undefined)
  await server.vsctl('set', 'bridge', 'br-int', 'fail_mode=standalone')
  await until('it has looked at all', () => watched.told.some((text) => /put right: fail_mode/.test(text)))
  t.same(await read(database, 'CT_Zone'), rows, 'with their versions')
  t.notOk(watched.told.some((text) => /connection tracking/.test(text)))
})

/** What somebody breaks. */
const damage: Readonly<Record<string, (row: string) => Operation>> = {
  'a zone is removed': () => mutate('Datapath', [anyDatapath], ['ct_zones', 'delete', set([blue])]),
  'the data path is removed': () => update('Open_vSwitch', [], { datapaths: map({}) }),
  'a limit is changed': (row) => update('CT_Zone', byUuid(row), { limit: 7 }),
  'a limit is taken away': (row) => update('CT_Zone', byUuid(row), { limit: set([]) }),
}

t.test('limits that somebody removes or changes are put right', async (t) => {
  if (!ovs(t)) return
  const { watched, database } = await limited(t, true)
  await become(database, both)
  for (const [what, operation] of Object.entries(damage)) {
    await t.test(what, async (t) => {
      settled(watched)
      await write(database, operation(await rowOf(database, blue)))
      await until('it is put right', () => watched.told.some((text) => /put right: limit of connection/.test(text)))
      t.same(await zonesOf(database), both)
    })
  }
})

t.test('zones, limits and data paths of others are left alone', async (t) => {
  if (!ovs(t)) return
  const { database, want } = await limited(t, true, new Map())
  await foreign(database, 7, 70)
  want(blue, 'blue', 1000)
  await become(database, ['7=70', `${blue}=1000*`])
  want(blue, 'blue', undefined)
  await become(database, ['7=70'])
  t.equal((await read(database, 'Datapath'))[0]?.ct_zone_default_limit, 500)
})

t.test('a zone for which others have a row is told, with the command that sets the limit there', async (t) => {
  if (!ovs(t)) return
  const { watched, database, want } = await limited(t, true, new Map())
  await foreign(database, blue, 70)
  want(blue, 'blue', 1000)
  const finding = 'the conntrack limit of blue is not enforced: others have made the rows of zone 33000'
  await until('it is told', () => watched.hosts.problemsOf('h1').length === 1)
  t.same(watched.hosts.problemsOf('h1'), [{ finding, mend: 'ovs-vsctl set-zone-limit system 33000 1000' }])
  t.same(await zonesOf(database), [`${blue}=70`])
  await write(database, update('CT_Zone', byUuid(await rowOf(database, blue)), { limit: 1000 }))
  await until('nothing is amiss', () => watched.hosts.problemsOf('h1').length === 0)
})

t.test('limits are those of the data path that the bridge has', async (t) => {
  if (!ovs(t)) return
  const { server, database } = await limited(t, true)
  await become(database, both)
  await server.vsctl('set', 'open_vswitch', '.', 'external_ids:heddle-datapath-type=netdev')
  await become(database, both, 'netdev')
  t.same(await zonesOf(database, 'system'), [])
})

t.test('a host whose database has no limits says so, with the command that sets them there', async (t) => {
  if (!ovs(t)) return
  const { watched, server, want } = await limited(t, false)
  await until('it is told', () => watched.hosts.problemsOf('h1').length === 1)
  t.same(watched.hosts.problemsOf('h1'), [
    {
      finding:
        'the conntrack limit of blue, red is not enforced: ' +
        'its database has no limits of zones, as that of Open vSwitch 3.3 and later has',
      mend: 'ovs-appctl dpctl/ct-set-limits system@ovs-system zone=33000,limit=1000 zone=33001,limit=4294967295',
    },
  ])
  t.ok(watched.told.some((text) => /^warn: host h1: the conntrack limit .* run there: ovs-appctl/.test(text)))
  t.match(await server.vsctl('get', 'open_vswitch', '.', 'datapaths'), /^\{\}/, 'nothing is written')
  want(blue, 'blue', undefined)
  want(red, 'red', undefined)
  t.same(watched.hosts.problemsOf('h1'), [])
})
