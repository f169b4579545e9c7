import type { CollectionOf } from '../app.ts'
import type {
  FloodFact,
  HostFact,
  NetworkFact,
  PortFact,
  ShardFact,
  SiteFact,
  SpreadFact,
  SubnetFact,
} from './facts.ts'
import type { LimitFact } from './limit-facts.ts'
import type {
  ClauseFact,
  ConjunctionPart,
  MemberFact,
  PolicedFact,
  PolicyRuleFact,
  ScopeFact,
} from './policing-facts.ts'
import type { AttachmentFact, InterfaceFact, NeighbourFact, RouterFact } from './routing-facts.ts'
import type { GatewayFact, OutsideFact, TranslationFact } from './translation-facts.ts'

/** The collections that the controller keeps for all apps, by name. */
export interface SharedFacts {
  readonly networks: NetworkFact
  readonly subnets: SubnetFact
  readonly hosts: HostFact
  readonly ports: PortFact
  readonly sites: SiteFact
  readonly shards: ShardFact
  readonly floods: FloodFact
  readonly spreads: SpreadFact
  readonly routers: RouterFact
  readonly interfaces: InterfaceFact
  readonly attachments: AttachmentFact
  /** Networks by the hosts that they are reached from: those of their sites, and those of networks that routers join them with. */
  readonly reaches: SiteFact
  /** Ports of networks that routers have a part in. */
  readonly neighbours: NeighbourFact
  readonly gateways: GatewayFact
  readonly translations: TranslationFact
  readonly outsides: OutsideFact
  readonly policyRules: PolicyRuleFact
  readonly policyClauses: ClauseFact
  readonly policyParts: readonly ConjunctionPart[]
  /** Hosts where policies matter. */
  readonly scopes: ScopeFact
  readonly policed: PolicedFact
  readonly members: MemberFact
  readonly limits: LimitFact
}

/** A collection that the controller keeps: apps read it, and do not change it. */
export interface SharedCollectionOf<Name extends keyof SharedFacts> extends CollectionOf<SharedFacts[Name]> {
  readonly shared: Name
}

const shared = <Name extends keyof SharedFacts>(name: Name): SharedCollectionOf<Name> => ({ shared: name })

/** What is known of networks and hosts, for an app to name among its collections. */
export const model = {
  networks: shared('networks'),
  subnets: shared('subnets'),
  hosts: shared('hosts'),
  ports: shared('ports'),
  sites: shared('sites'),
  shards: shared('shards'),
  floods: shared('floods'),
  spreads: shared('spreads'),
  routers: shared('routers'),
  interfaces: shared('interfaces'),
  attachments: shared('attachments'),
  reaches: shared('reaches'),
  neighbours: shared('neighbours'),
  gateways: shared('gateways'),
  translations: shared('translations'),
  outsides: shared('outsides'),
  policyRules: shared('policyRules'),
  policyClauses: shared('policyClauses'),
  policyParts: shared('policyParts'),
  scopes: shared('scopes'),
  policed: shared('policed'),
  members: shared('members'),
  limits: shared('limits'),
} as const
