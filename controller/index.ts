// What apps and programs that embed the controller may use.

/** TypeBox, for the schema of an app's configuration. */
export { Type } from 'typebox'
export {
  type App,
  type AppContext,
  collection,
  defineApp,
  type InstalledFlow,
  type PacketSource,
  type Rule,
  type RuleContext,
  type SwitchView,
} from './engine/app.ts'
export { Engine, type EngineOptions } from './engine/engine.ts'
export { encapsulationBetween, mtuAcross, overheadOf } from './engine/model/encapsulation.ts'
export type {
  AllowedPair,
  FloodFact,
  HostFact,
  NetworkFact,
  PortFact,
  ShardFact,
  SiteFact,
  SpreadFact,
  SubnetFact,
} from './engine/model/facts.ts'
export { siteKey } from './engine/model/facts.ts'
export type { LimitFact, RateFact } from './engine/model/limit-facts.ts'
export type {
  CidrRef,
  ClauseFact,
  ConjunctionPart,
  GroupRef,
  MemberFact,
  NetworkRef,
  PolicedFact,
  PolicyAction,
  PolicyRuleFact,
  Prefix,
  ScopeFact,
  Service,
  TenantRef,
} from './engine/model/policing-facts.ts'
export { partsKey, policedKey, policyScope, ruleKey, scopeKey } from './engine/model/policing-facts.ts'
export type {
  AttachmentFact,
  InterfaceFact,
  NeighbourFact,
  NextHop,
  OutsideSubnet,
  RouteFact,
  RouterExternalFact,
  RouterFact,
} from './engine/model/routing-facts.ts'
export { interfaceKey } from './engine/model/routing-facts.ts'
export { model } from './engine/model/shared.ts'
export type {
  GatewayFact,
  OutsideFact,
  OutsideRange,
  PortSpan,
  TranslationFact,
} from './engine/model/translation-facts.ts'
export { outsideKey } from './engine/model/translation-facts.ts'
export { type Tunnel, type TunnelFacts, tunnelsOf } from './engine/model/tunnels.ts'
export {
  FlowBuilder,
  fromPort,
  fromTunnel,
  GroupEntry,
  guardedBit,
  type IntegrationStages,
  inNetwork,
  integration,
  integrationTable,
  MeterEntry,
  measuresAgainst,
  meteredBit,
  meteredInBit,
  moveField,
  networkMask,
  output,
  portMask,
  resubmit,
  type Stage,
  type Stages,
  setField,
  tooLong,
} from './flow/index.ts'
/** The codec; also `heddle/openflow` on its own. */
export * as openflow from './openflow/index.ts'
export { formatMac, matchField, type PacketInView, PortReason, PortState } from './openflow/index.ts'
/** Frames as bytes: Ethernet, ARP, IPv4, IPv6, ICMP, neighbour discovery, UDP, TCP. */
export * as packet from './packet/index.ts'
/** Changes of what users want, for apps that have a part in them. */
export {
  type Admission,
  type AdmissionDraft,
  contains,
  formatAddress,
  formatCidr,
  type Layout,
  type LayoutsOf,
  layoutsOf,
  parseAddress,
  parseCidr,
  partsOfLease,
} from './state/index.ts'
