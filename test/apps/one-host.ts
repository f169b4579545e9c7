import { connect } from 'node:net'
import type { Test } from 'tap'
import guard from '../../apps/guard/app.ts'
import overlay from '../../apps/overlay/app.ts'
import type { DocumentChange, DocumentKind, Documents } from '../../controller/engine/model/documents.ts'
import type { Model } from '../../controller/engine/model/model.ts'
import type { App, Engine } from '../../controller/index.ts'
import type { Container, OvsHost } from '../../topology/ovs/host.ts'
import { ManualClock, SimSwitch, type SwitchSettings } from '../../topology/sim/testing.ts'
import { connectBridge, engineFor, hostFor, type Running, socketOf, synced, until } from '../engine/lab.ts'

/** A document as it is stored. */
export const doc = <K extends DocumentKind>(kind: K, id: string, value: Documents[K] | undefined): DocumentChange =>
  ({ kind, id, value }) as DocumentChange

/** A host that others can reach by Geneve. */
export const hostDoc = (id: string, dpid: bigint, address = '192.0.2.1'): DocumentChange =>
  doc('host', id, {
    dpid: dpid.toString(16).padStart(16, '0'),
    encap: { address, types: ['geneve'] },
    tunnels: { geneve: 65001 },
  })

export interface PortOptions {
  readonly network: string
  readonly mac: string
  readonly addresses: readonly string[]
  readonly host: string
  readonly ofport: number
  readonly spec?: Partial<Documents['port']>
}

/** A port, what it was given, and where it is plugged in. */
export const portDocs = (
  id: string,
  { network, mac, addresses, host, ofport, spec }: PortOptions,
): DocumentChange[] => [
  doc('port', id, { network, ...spec }),
  doc('assignment', id, { mac, addresses: [...addresses] }),
  doc('binding', id, { host, interface: id, ofport }),
]

/** The Ethernet address of the container with this number. */
export const macOf = (number: number): string => `02:00:00:00:00:${number.toString(16).padStart(2, '0')}`

const base = [overlay, guard] as unknown as readonly App[]

/** A simulated host of which frames leave. */
export interface SimHost extends Running {
  readonly sw: SimSwitch
  readonly clock: ManualClock
  readonly model: Model
  /** Frames that have left since the last call, with their ports. */
  readonly left: () => { readonly port: number; readonly frame: Uint8Array }[]
  readonly apply: (...changes: readonly DocumentChange[]) => Promise<void>
}

/** One simulated host, `h1` with datapath id 1, that runs `overlay`, `guard` and more apps. */
export const simHost = async (
  t: Test,
  apps: readonly unknown[],
  ports: NonNullable<SwitchSettings['ports']>,
): Promise<SimHost> => {
  const outputs: { port: number; frame: Uint8Array }[] = []
  const clock = new ManualClock()
  const sw = new SimSwitch({ dpid: 1n, ports, clock, onOutput: ({ port, frame }) => outputs.push({ port, frame }) })
  t.teardown(() => sw.close())
  const running = engineFor(t)
  const { engine } = running
  engine.model.apply([hostDoc('h1', 1n)])
  for (const app of [...base, ...apps]) engine.load(app as App)
  const { port } = await engine.listen({ port: 0 })
  sw.connect(connect(port, '127.0.0.1'))
  const inSync = () => until('it is in sync', () => engine.switches.get(1n)?.keeper.inSync === true)
  await inSync()
  const apply = async (...changes: readonly DocumentChange[]): Promise<void> => {
    engine.model.apply(changes)
    t.same(await engine.confirmed(60_000), [], 'the host holds what it should')
  }
  return { ...running, sw, clock, model: engine.model, left: () => outputs.splice(0), apply }
}

/** A real host with containers. */
export class RealHost {
  readonly host: OvsHost
  readonly dpid: bigint
  readonly containers: readonly Container[]
  private readonly apps: readonly App[]
  private readonly documents: DocumentChange[]
  private running: Running | undefined

  constructor(
    host: OvsHost,
    dpid: bigint,
    containers: readonly Container[],
    apps: readonly App[],
    documents: readonly DocumentChange[],
  ) {
    this.host = host
    this.dpid = dpid
    this.containers = containers
    this.apps = apps
    this.documents = [...documents]
  }

  get engine(): Engine {
    if (!this.running) throw new Error('no controller runs')
    return this.running.engine
  }

  container(name: string): Container {
    const found = this.containers.find((container) => container.name === name)
    if (!found) throw new Error(`there is no container ${name}`)
    return found
  }

  inside(name: string, command: string, ...args: readonly string[]): Promise<string> {
    return this.host.inside(this.container(name), command, ...args)
  }

  async apply(...changes: readonly DocumentChange[]): Promise<void> {
    this.documents.push(...changes)
    this.engine.model.apply(changes)
    const late = await this.engine.confirmed(60_000)
    if (late.length > 0) throw new Error('the host does not hold what it should')
  }

  /** Has the switch act as its flows say now for packets of connections that go on, too. */
  async revalidated(): Promise<void> {
    await this.host.appctl('revalidator/purge')
  }

  /** Starts a controller that knows nothing but the documents, in the place of the one before. */
  async start(t: Test): Promise<void> {
    await this.running?.engine.stop()
    const running = engineFor(t)
    running.engine.model.apply(this.documents)
    for (const app of this.apps) running.engine.load(app)
    await running.engine.listen({ path: socketOf(this.host) })
    this.running = running
    await until('the host is up', () => synced(running) > 0)
  }
}

/** Plugs in containers `a`, `b` and so on, each with the address of its number in 10.0.0.0/24. */
const plug = async (host: OvsHost, count: number): Promise<Container[]> => {
  const containers: Container[] = []
  for (let number = 1; number <= count; number++) {
    const options = { bridge: 'br-int', mac: macOf(number), address: `10.0.0.${number + 1}/24`, mtu: 1400 }
    containers.push(await host.addContainer(String.fromCharCode(96 + number), options))
  }
  return containers
}

/**
 * One real host, `h1`, with containers in the network `blue`, each with a port of its name, that runs `overlay`, `guard`
 * and more apps.
 *
 * @param name at most 5 characters, of this test alone
 * @param addresses of the container of a number; 10.0.0.2 for the first and so on unless given
 */
export const realHost = async (
  t: Test,
  name: string,
  apps: readonly unknown[],
  count: number,
  addresses: (number: number) => readonly string[] = (number) => [`10.0.0.${number + 1}`],
): Promise<RealHost> => {
  const host = await hostFor(t, name)
  await host.addBridge('br-int')
  const containers = await plug(host, count)
  const text = async (...words: readonly string[]) => (await host.vsctl(...words)).trim().replaceAll('"', '')
  const dpid = BigInt(`0x${await text('get', 'bridge', 'br-int', 'datapath_id')}`)
  const ofports = await Promise.all(containers.map(({ port }) => text('get', 'interface', port, 'ofport')))
  const docs = containers.flatMap(({ name: id, mac }, index) =>
    portDocs(id, { network: 'blue', mac, addresses: addresses(index + 1), host: 'h1', ofport: Number(ofports[index]) }),
  )
  const known = [hostDoc('h1', dpid), doc('network', 'blue', { vni: 1, mtu: 1400 }), ...docs]
  const real = new RealHost(host, dpid, containers, [...base, ...(apps as readonly App[])], known)
  await connectBridge(host, 'br-int')
  await real.start(t)
  return real
}
