import { mtuAcross } from '../../engine/index.ts'
import {
  type Entities,
  gatewayText,
  type IntentKind,
  type IntentResult,
  type Outcome,
  type Table,
  vniOf,
} from '../../state/index.ts'
import type { ApiContext } from '../context.ts'
import { kindNames } from './judge.ts'

type Spec = Record<string, unknown>

const revisionOf = (table: Table, kind: IntentKind, id: string): number => table.get(kind, id)?.revision ?? 0

const vni = (table: Table, network: string): number => vniOf((kind, id) => table.get(kind, id)?.value, network) ?? 0

/** Bytes of an IP packet that fits between any two hosts of a network. */
const mtuLimitOf = ({ engine: { model } }: ApiContext, id: string, { encapsulation }: Entities['network']): number => {
  const hosts = (model.spreads.get(id)?.hosts ?? []).flatMap((host) => model.hosts.get(host) ?? [])
  return mtuAcross({ encapsulation }, hosts)
}

const networkView = (context: ApiContext, id: string, spec: Entities['network']) => {
  const { table } = context.intents
  const { encapsulation, mtu } = spec
  const limit = mtuLimitOf(context, id, spec)
  const tooLarge = mtu !== undefined && mtu > limit
  return {
    ...{ id, vni: vni(table, id), mtu: mtu ?? limit, mtuLimit: limit },
    ...(encapsulation === undefined ? {} : { encapsulation }),
    ...(tooLarge ? { warning: `packets of ${mtu} bytes do not fit through its tunnels, of at most ${limit} do` } : {}),
    subnets: [...table.of('subnet', id)].sort(),
    ports: table.of('port', id).size,
    revision: revisionOf(table, 'network', id),
    spec: spec as Spec,
  }
}

const subnetView = ({ intents: { table } }: ApiContext, id: string, spec: Entities['subnet']) => {
  const { network, cidr, dns = [] } = spec
  const gateway = gatewayText(spec) ?? null
  const family = cidr.includes(':') ? 6 : 4
  return { id, network, cidr, family, gateway, dns, revision: revisionOf(table, 'subnet', id), spec: spec as Spec }
}

const portView = (context: ApiContext, id: string, spec: Entities['port']) => {
  const { table } = context.intents
  const binding = context.engine.model.document('binding', id)
  const { mac = '', addresses = [] } = table.get('assignment', id)?.value ?? {}
  const status = !binding ? 'unbound' : context.isInstalled?.(id) === true ? 'installed' : 'bound'
  return {
    ...{ id, network: spec.network, vni: vni(table, spec.network), mac, addresses, status },
    ...(binding ? { host: binding.host, interface: binding.interface, ofport: binding.ofport } : {}),
    ...{ revision: revisionOf(table, 'port', id), spec: spec as Spec },
  }
}

const views = { network: networkView, subnet: subnetView, port: portView } as const

type ViewOf<K extends IntentKind> = ReturnType<(typeof views)[K]>

/** One thing as it is shown; undefined where there is none. */
export const viewOf = <K extends IntentKind>(context: ApiContext, kind: K, id: string): ViewOf<K> | undefined => {
  const held = context.intents.table.get(kind, id)
  const view = views[kind] as (context: ApiContext, id: string, spec: Entities[K]) => ViewOf<K>
  return held && view(context, id, held.value)
}

/** All of a kind in the order of their ids, or those of one network. */
export const viewsOf = <K extends IntentKind>(context: ApiContext, kind: K, network?: string): ViewOf<K>[] => {
  const { table } = context.intents
  const ids =
    network !== undefined && (kind === 'subnet' || kind === 'port')
      ? [...table.of(kind, network)]
      : [...table.entries(kind)].map(([id]) => id)
  return ids.sort().flatMap((id) => viewOf(context, kind, id) ?? [])
}

export const differenceView = ({ kind, id, action, before, after }: Omit<Outcome, 'assigned'>) => ({
  ...{ kind: kindNames[kind], id, action },
  ...(before === undefined ? {} : { before: before as Spec }),
  ...(after === undefined ? {} : { after: after as Spec }),
})

/** What became of a change; what stays as it was is counted only. */
export const resultView = ({ revision, outcomes }: IntentResult, dryRun: boolean) => {
  const count = (action: Outcome['action']): number => outcomes.filter((one) => one.action === action).length
  return {
    ...{ revision, dryRun, created: count('created'), updated: count('updated') },
    ...{ deleted: count('deleted'), unchanged: count('unchanged') },
    changes: outcomes
      .filter(({ action }) => action !== 'unchanged')
      .map((outcome) => ({
        ...differenceView(outcome),
        ...(outcome.assigned === undefined ? {} : { assigned: outcome.assigned as Spec }),
      })),
  }
}
