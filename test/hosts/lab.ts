import { join } from 'node:path'
import type { Test } from 'tap'
import { type BindingFact, type HostFact, Hosts, type HostsOptions } from '../../controller/hosts/index.ts'
import { until } from '../engine/lab.ts'
import { type DatabaseOptions, type DatabaseServer, databaseFor } from '../ovsdb/server.ts'

/** What an observer was told, and what it knows by now. */
export interface Watched {
  readonly hosts: Hosts
  /** Where hosts connect to. */
  readonly target: string
  readonly known: Map<string, HostFact>
  readonly bound: Map<string, BindingFact>
  /** Each event in a word or two. */
  readonly events: string[]
  /** Reports as `level: message`. */
  readonly told: string[]
}

/** Waits for hosts at a unix socket in a directory until the test ends. */
export const watchHosts = async (t: Test, directory: string, options: HostsOptions = {}): Promise<Watched> => {
  const known = new Map<string, HostFact>()
  const bound = new Map<string, BindingFact>()
  const events: string[] = []
  const told: string[] = []
  const hosts = new Hosts(
    {
      host: (fact) => {
        known.set(fact.id, fact)
        events.push(`host ${fact.id}`)
      },
      hostGone: (id) => {
        known.delete(id)
        events.push(`gone ${id}`)
      },
      binding: (portId, binding) => {
        bound.set(portId, binding)
        events.push(`${portId} at ${binding.host}/${binding.interface}:${binding.ofport}`)
      },
      unbound: (portId, host) => {
        bound.delete(portId)
        events.push(`${portId} not at ${host}`)
      },
    },
    { ...options, report: (level, message) => told.push(`${level}: ${message}`) },
  )
  t.teardown(() => hosts.stop())
  const path = join(directory, 'manager.sock')
  await hosts.listen({ path })
  return { hosts, target: `unix:${path}`, known, bound, events, told }
}

/** Has a database show what ovs-vswitchd would: what it can do. */
export const pretendSwitch = (server: DatabaseServer, types = 'geneve,vxlan,gre,stt,internal'): Promise<string> =>
  server.vsctl('set', 'open_vswitch', '.', `iface_types=${types}`, 'ovs_version=9.9')

/** The two commands that make a host one of heddle's. */
export const enlist = async (server: DatabaseServer, id: string, target: string): Promise<void> => {
  await server.vsctl(
    ...['set', 'open_vswitch', '.', `external_ids:system-id=${id}`, 'external_ids:heddle-encap-ip=192.0.2.1'],
    'external_ids:heddle-controller=tcp:192.0.2.9:6653',
  )
  await server.vsctl('set-manager', target)
}

/** Arguments of ovs-vsctl that plug an interface in, as ovs-vswitchd then would show it. */
export const plug = (name: string, portId: string, ofport: number): string[] => [
  ...['--', 'add-port', 'br-int', name],
  ...['--', 'set', 'interface', name, `external_ids:iface-id=${portId}`, `ofport=${ofport}`],
]

/** A controller, and hosts of these ids that it has set up. */
export const withHosts = async (
  t: Test,
  ids: readonly string[],
  options: HostsOptions = {},
  database: DatabaseOptions = {},
) => {
  const servers: DatabaseServer[] = []
  for (const _ of ids) servers.push(await databaseFor(t, database))
  const first = servers[0] as DatabaseServer
  const watched = await watchHosts(t, first.directory, options)
  for (const [index, id] of ids.entries()) {
    const server = servers[index] as DatabaseServer
    await pretendSwitch(server)
    await enlist(server, id, watched.target)
  }
  // What the database shows comes before its answer to what was set up, of which is told then.
  const isToldOf = (id: string) => watched.told.some((text) => text.includes(`host ${id}: set up`))
  await until('all are set up', () => ids.every((id) => watched.known.has(id) && isToldOf(id)))
  return { servers, watched, server: first }
}

/** From now on. */
export const settled = ({ told, events }: Watched): void => {
  told.length = 0
  events.length = 0
}
