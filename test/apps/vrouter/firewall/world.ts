import guard from '../../../../apps/guard/app.ts'
import overlay from '../../../../apps/overlay/app.ts'
import firewall from '../../../../apps/vrouter/firewall/app.ts'
import type { Claim } from '../../../../controller/engine/desired.ts'
import type { DocumentChange } from '../../../../controller/engine/model/documents.ts'
import { type Flow, writeFlowMod } from '../../../../controller/flow/index.ts'
import { decodeMessage, FlowModCommand, type MeterMod, Slab } from '../../../../controller/openflow/index.ts'
import { HostTables } from '../../../engine/host-tables.ts'
import type { Request } from '../../../sim/support/client.ts'
import type { Groups, Policies } from './case.ts'
import { stations } from './frames.ts'

const dpid = 1n
const hostDocuments: DocumentChange[] = [
  { kind: 'network', id: 'net', value: { vni: 10 } },
  {
    kind: 'host',
    id: 'host',
    value: { dpid: '0000000000000001', encap: { address: '192.0.2.1', types: ['geneve'] }, tunnels: {} },
  },
]
const slabSize = 0x1000
/** Packets a second: more than tests send, so that no verdict depends on how fast they are. */
const unlimited = 1_000_000

const modOf = (flow: Flow, command: number, high: number, low: number): Request => {
  const slab = new Slab(slabSize)
  writeFlowMod(slab, flow, command, 0, high, low)
  return decodeMessage(slab.chunk())
}

const groupIds = (groups: Groups, policies: Policies): string[] => [
  ...new Set([
    ...Object.values(groups).flat(),
    ...Object.values(policies).flatMap(({ groups: own = [], rules }) => [
      ...own,
      ...rules.flatMap(({ peer }) => peer?.groups ?? []),
    ]),
  ]),
]

/** One host with the stations of cases, as the controller's apps see it. */
export class World {
  private readonly hosts = new HostTables([overlay, guard, firewall], [dpid], hostDocuments)
  readonly model = this.hosts.model
  private readonly desired = this.hosts.table(dpid)
  private policies: readonly string[] = []
  private readonly bits = new Map<string, number>()

  constructor() {
    this.want({}, {})
  }

  private portDocuments(groups: Groups): DocumentChange[] {
    return (['a', 'b', 'c', 'gw'] as const).flatMap((id): DocumentChange[] => {
      const { port, mac, v4, v6 } = stations[id]
      const spec = { network: 'net', guard: id !== 'gw', groups: [...(groups[id] ?? [])] }
      return [
        { kind: 'port', id, value: spec },
        { kind: 'assignment', id, value: { mac, addresses: [v4, v6] } },
        { kind: 'binding', id, value: { host: 'host', interface: id, ofport: port } },
      ]
    })
  }

  /** Has users want these groups and policies, and nothing else. */
  want(groups: Groups, policies: Policies): void {
    for (const id of groupIds(groups, policies)) if (!this.bits.has(id)) this.bits.set(id, this.bits.size % 128)
    const gone = this.policies.filter((id) => !(id in policies))
    this.policies = Object.keys(policies)
    this.hosts.apply([
      ...[...this.bits].map(([id, bit]): DocumentChange => ({ kind: 'groupNumber', id, value: { tenant: 5, bit } })),
      ...this.portDocuments(groups),
      ...gone.map((id): DocumentChange => ({ kind: 'policy', id, value: undefined })),
      ...Object.entries(policies).map(([id, value]): DocumentChange => ({ kind: 'policy', id, value })),
    ])
  }

  /** Messages that bring a switch from what was wanted at the last call to what is wanted now. */
  changes(): Request[] {
    const { flows, meters } = this.desired.takeChanges()
    const mods = [...flows].map(([key, before]): Request => {
      const now = this.desired.flows.get(key)
      const { thing, owner } = (now ?? before) as Claim<Flow>
      const command = now ? FlowModCommand.ADD : FlowModCommand.DELETE_STRICT
      return modOf(thing, command, owner.cookieHigh, owner.cookieLow)
    })
    return [...[...meters.keys()].map((id) => this.meter(id)), ...mods]
  }

  private meter(id: number): Request {
    const made = decodeMessage(this.desired.meters.get(id)?.thing.bytes ?? new Uint8Array()) as MeterMod & {
      type: 'meterMod'
    }
    return { ...made, bands: made.bands.map((band) => ({ ...band, rate: unlimited, burstSize: unlimited })) } as Request
  }

  /** The rule that a flow's cookie says made it, by its key. */
  ruleOf(cookie: bigint): string | undefined {
    const low = Number(cookie & 0xffff_ffffn)
    const owners = this.hosts.instances.flatMap(({ units }) => units.ownersOf(low))
    return owners.find(({ rule }) => rule === 'rule')?.object
  }
}
