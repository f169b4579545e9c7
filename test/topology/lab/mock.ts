import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { formatAddress, nth, parseCidr } from '../../../topology/lab/address.ts'
import type { GivenController } from '../../../topology/lab/controller.ts'
import {
  cardsOf,
  containersOn,
  type Description,
  type LabHost,
  type Resource,
} from '../../../topology/lab/description.ts'
import type { LabFolder } from '../../../topology/lab/folder.ts'
import { daemonsOf } from '../../../topology/lab/host.ts'

type Spec = Readonly<Record<string, string>>

interface Port {
  readonly id: string
  readonly network: string
  readonly mac: string
  readonly addresses: readonly string[]
}

const tunnelPort: Readonly<Record<string, number>> = { geneve: 65001, vxlan: 65002, gre: 65003 }

/**
 * Stands for the controller: answers as its HTTP API does, and writes by hand, with ovs-ofctl, the flows
 * that it would install. What the lab itself builds is thereby shown alone.
 */
export class MockController {
  private readonly server: Server
  private readonly folder: LabFolder
  private readonly description: Description
  private resources: readonly Resource[] = []
  private work: Promise<void> | undefined
  /** What it answers to `POST /v1/apply`, in place of taking it. */
  refusal: { readonly error: string; readonly problems: readonly { path: string; message: string }[] } | undefined

  constructor(folder: LabFolder, description: Description) {
    this.folder = folder
    this.description = description
    this.server = createServer((request, response) => {
      this.answer(request, response).catch((error: Error) => response.writeHead(500).end(error.message))
    })
  }

  async start(): Promise<GivenController> {
    this.server.listen(0, '127.0.0.1')
    await once(this.server, 'listening')
    const { port } = this.server.address() as AddressInfo
    return { api: `127.0.0.1:${port}`, ovsdb: '/nonexistent/ovsdb.sock', openflow: '/nonexistent/of.sock' }
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections()
    this.server.close()
    await this.work
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const send = (status: number, body: unknown): unknown =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    if (request.url === '/v1/apply') {
      const { resources } = JSON.parse(await text(request)) as { resources: Resource[] }
      if (this.refusal) return void send(400, this.refusal)
      this.resources = resources
      return void send(200, { revision: 1 })
    }
    if (request.url === '/v1/ports') this.work ??= this.install().catch(() => undefined)
    const rows: Readonly<Record<string, unknown>> = {
      '/v1/hosts': this.description.hosts.map(({ name }) => ({ id: name })),
      '/v1/networks': this.list('Network').map((network) => ({ ...network, mtu: 1450 })),
      '/v1/subnets': this.subnets,
      '/v1/ports': this.ports,
    }
    send(200, rows[request.url ?? ''] ?? {})
  }

  private list(kind: Resource['kind']): { id: string; [name: string]: unknown }[] {
    return this.resources.filter((resource) => resource.kind === kind).map(({ id, spec }) => ({ id, ...spec }))
  }

  private get subnets(): unknown[] {
    return this.list('Subnet').map((subnet) => ({
      ...subnet,
      gateway: formatAddress(nth(parseCidr(String(subnet.cidr)), 1)),
    }))
  }

  /** Addresses in the order of the ports, from the second of each subnet on. */
  private get ports(): Port[] {
    const subnets = this.list('Subnet') as unknown as Spec[]
    return (this.list('Port') as unknown as (Spec & { id: string; network: string })[]).map(
      ({ id, network }, index) => ({
        ...{ id, network, mac: `02:00:00:00:01:${(index + 1).toString(16).padStart(2, '0')}`, status: 'installed' },
        addresses: subnets
          .filter((subnet) => subnet.network === network)
          .map(({ cidr = '' }) => formatAddress(nth(parseCidr(cidr), this.indexIn(network, id) + 2))),
      }),
    )
  }

  private indexIn(network: string, id: string): number {
    return this.list('Port')
      .filter((port) => port.network === network)
      .findIndex((port) => port.id === id)
  }

  private async install(): Promise<void> {
    await Promise.all(this.description.hosts.map((host) => this.installOn(host)))
  }

  /** The bridge, tunnel ports, and once the containers are plugged their flows. */
  private async installOn(host: LabHost): Promise<void> {
    const daemons = daemonsOf(this.folder, host.name)
    const tunnels = host.encapsulation.flatMap((type) => [
      ...['--', 'add-port', 'br-int', `hdl-${type}`, '--', 'set', 'interface', `hdl-${type}`, `type=${type}`],
      ...['options:remote_ip=flow', 'options:key=flow', `ofport_request=${tunnelPort[type]}`],
    ])
    const settings = [`datapath_type=${this.folder.record?.datapath}`, 'fail_mode=secure', 'protocols=OpenFlow13']
    await daemons.vsctl('add-br', 'br-int', '--', 'set', 'bridge', 'br-int', ...settings, ...tunnels)
    const peers = containersOn(this.description, host.name).flatMap((container) => cardsOf(container))
    const all = (words: (peer: string) => string[]): string[] =>
      peers.flatMap(({ peer }) => ['--', ...words(peer)]).slice(1)
    const printed = await daemons.vsctl(
      ...all((peer) => ['wait-until', 'interface', peer, 'ofport>0', '--', 'get', 'interface', peer, 'ofport']),
    )
    const numbers = printed.match(/\d+/g) ?? []
    const ofports = new Map(peers.map(({ port }, index) => [port, Number(numbers[index])]))
    const file = join(daemons.directory, 'flows')
    await writeFile(file, this.flowsOf(host, ofports).join('\n'))
    await daemons.ofctl('add-flows', 'br-int', file)
    await daemons.vsctl(...all((peer) => ['set', 'interface', peer, 'external_ids:heddle-installed=true']))
  }

  private vni(network: string): number {
    return 100 + this.list('Network').findIndex(({ id }) => id === network)
  }

  private hostOf(port: string): LabHost | undefined {
    const container = this.description.containers.find(({ ports }) => ports.includes(port))
    return this.description.hosts.find(({ name }) => name === container?.host)
  }

  private flowsOf(host: LabHost, ofports: ReadonlyMap<string, number>): string[] {
    const send = (port: Port): string[] => {
      const local = ofports.get(port.id)
      if (local !== undefined) return [`output:${local}`]
      const there = this.hostOf(port.id)
      const type = host.encapsulation.find((one) => there?.encapsulation.includes(one)) ?? ''
      const remote = `set_field:${this.vni(port.network)}->tun_id,set_field:${there?.address}->tun_dst`
      return [`${remote},output:${tunnelPort[type]}`]
    }
    const incoming = host.encapsulation.map(
      (type) => `table=0,in_port=${tunnelPort[type]},actions=move:NXM_NX_TUN_ID[0..31]->NXM_NX_REG0[],resubmit(,2)`,
    )
    const outgoing = [...ofports].map(([id, ofport]) => {
      const { network } = this.ports.find((port) => port.id === id) as Port
      return `table=0,in_port=${ofport},actions=load:${this.vni(network)}->NXM_NX_REG0[],resubmit(,1)`
    })
    const tableFlows = (table: number, ports: readonly Port[]): string[] => {
      const networks = [...new Set(ports.map(({ network }) => network))]
      const unicast = ports.map(
        (port) =>
          `table=${table},priority=10,reg0=${this.vni(port.network)},dl_dst=${port.mac},actions=${send(port).join()}`,
      )
      const multicast = networks.map(
        (network) =>
          `table=${table},priority=5,reg0=${this.vni(network)},dl_dst=01:00:00:00:00:00/01:00:00:00:00:00,actions=${ports
            .filter((port) => port.network === network)
            .flatMap(send)
            .join()}`,
      )
      return [...unicast, ...multicast]
    }
    return [
      ...incoming,
      ...outgoing,
      ...tableFlows(1, this.ports),
      ...tableFlows(
        2,
        this.ports.filter(({ id }) => ofports.has(id)),
      ),
    ]
  }
}
