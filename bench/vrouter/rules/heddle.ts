import { HeddleHosts, type Resource } from '../../two-hosts/heddle.ts'
import { fillerPort, type Lab, measured, cidr as memberCidr, pinging } from '../../two-hosts/lab.ts'
import type { Usage } from '../../two-hosts/usage.ts'
import { type FirewallTarget, ruleAt } from './target.ts'

const [network, group] = ['bench', 'all']
const physicalBridge = 'br-phys'

const base: readonly Resource[] = [
  { kind: 'Network', id: network, spec: {} },
  { kind: 'Subnet', id: network, spec: { network, cidr: memberCidr } },
  { kind: 'Group', id: group, spec: {} },
  ...[measured, pinging].map(({ port, mac, address }) => ({
    ...{ kind: 'Port', id: port, spec: { network, mac, addresses: [address] } },
  })),
]

const members = (count: number): Resource[] =>
  Array.from({ length: count }, (_, at) => ({ kind: 'Port', id: fillerPort(at), spec: { network, groups: [group] } }))

const policy = (count: number) => ({
  groups: [group],
  rules: Array.from({ length: count }, (_, at) => {
    const { direction, protocol, port, address } = ruleAt(at)
    return { direction, action: 'allow', protocol, ports: [port], peer: { cidrs: [`${address}/32`] } }
  }),
})

/** A second network, and a router between it and that of the ports, whose way outside is the first host's. */
const routing: readonly Resource[] = [
  { kind: 'Network', id: 'second', spec: {} },
  { kind: 'Subnet', id: 'second', spec: { network: 'second', cidr: '10.78.0.0/24' } },
  { kind: 'Network', id: 'internet', spec: { external: 'internet' } },
  { kind: 'Subnet', id: 'internet', spec: { network: 'internet', cidr: '203.0.113.0/24', gateway: '203.0.113.1' } },
  {
    ...{ kind: 'Router', id: 'bench' },
    spec: { subnets: [network, 'second'], external: { network: 'internet', addresses: ['203.0.113.2'] } },
  },
]

/** Floating addresses at most: the external subnet has no more, beside its gateway's and the router's. */
const mostFloating = 250

const translations = (ports: readonly { readonly id: string; readonly address: string }[]): Resource[] => [
  { kind: 'Nat', id: 'out', spec: { router: 'bench', source: { from: memberCidr, to: '203.0.113.2' } } },
  ...ports.slice(0, mostFloating).map(({ id, address }, at) => ({
    ...{ kind: 'Nat', id: `own-${id}` },
    spec: { router: 'bench', floating: { address: `203.0.113.${3 + at}`, to: address } },
  })),
]

/** Flows on both hosts together, of each app, and by all. */
export type FlowsByApp = Readonly<Record<string, number>>

/** heddle with all apps of networks. */
export class HeddleFirewall implements FirewallTarget {
  readonly name = 'heddle'
  private readonly hosts: HeddleHosts

  constructor(lab: Lab) {
    this.hosts = new HeddleHosts(lab)
  }

  async start(): Promise<void> {
    for (const { ovs } of this.hosts.lab.hosts) await ovs.addBridge(physicalBridge)
    await this.hosts.start(base, { 'heddle-bridge-mappings': `internet:${physicalBridge}` })
  }

  async fill(ports: number): Promise<void> {
    await this.apply(members(ports))
  }

  async setRules(count: number): Promise<void> {
    await this.hosts.request('PUT', `/v1/policies/${group}?wait=true`, policy(count))
  }

  async setMember(isMember: boolean): Promise<void> {
    const { port, mac, address } = measured
    const groups = isMember ? { groups: [group] } : {}
    await this.hosts.request('PUT', `/v1/ports/${port}?wait=true`, { network, mac, addresses: [address], ...groups })
  }

  sent(): Promise<number> {
    return this.hosts.confirmed()
  }

  /** A router between two networks, with a way outside. */
  async addRouter(): Promise<void> {
    await this.apply(routing)
  }

  /** Floating addresses for the first ports, and one address for all others; gives how many float. */
  async addTranslations(): Promise<number> {
    const rows = (await this.hosts.request('GET', '/v1/ports')) as readonly {
      readonly id: string
      readonly addresses: readonly string[]
    }[]
    const known = rows.flatMap(({ id, addresses: [address] }) => {
      return address !== undefined && id.startsWith('port-') ? [{ id, address: address.replace(/\/.*/, '') }] : []
    })
    const all = translations(known)
    await this.apply(all)
    return all.length - 1
  }

  async flowsByApp(): Promise<FlowsByApp> {
    const apps = (await this.hosts.request('GET', '/v1/apps')) as readonly { readonly name: string }[]
    const counts = apps.map(async ({ name }) => {
      const { total } = (await this.hosts.request('GET', `/v1/flows?app=${name}&limit=0`)) as { readonly total: number }
      return [name, total] as const
    })
    return Object.fromEntries((await Promise.all(counts)).filter(([, total]) => total > 0))
  }

  usage(): Usage {
    return this.hosts.usage()
  }

  stop(): Promise<void> {
    return this.hosts.stop()
  }

  private apply(resources: readonly Resource[]): Promise<void> {
    return this.hosts.apply(resources, { wait: true })
  }
}
