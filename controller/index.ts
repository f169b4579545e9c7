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
export type {
  AllowedPair,
  HostFact,
  NetworkFact,
  PortFact,
  SiteFact,
  SubnetFact,
} from './engine/model/facts.ts'
export { model } from './engine/model/shared.ts'
export {
  FlowBuilder,
  fromTunnel,
  GroupEntry,
  integration,
  MeterEntry,
  networkMask,
  type Stage,
  type Stages,
} from './flow/index.ts'
/** The codec; also `heddle/openflow` on its own. */
export * as openflow from './openflow/index.ts'
export { formatMac, matchField, type PacketInView, PortReason, PortState } from './openflow/index.ts'
