export {
  describeEntry,
  describeFlow,
  describeParts,
  type FlowText,
  integrationTable,
  TextSyntaxError,
  usesNormal,
} from '../flow/index.ts'
export { describePort, type Endpoint, formatDpid, type Listener, parseDpid, type TlsKeys } from '../switch/index.ts'
export { type Problem, problemsOf, problemText } from '../yaml/index.ts'
export type { InstalledFlow } from './app.ts'
export { type Callee, calls } from './calls.ts'
export { ConfigError } from './config.ts'
export { ownerName } from './desired.ts'
export { Engine, type EngineOptions } from './engine.ts'
export { type Holdings, makerOf, readHoldings } from './holdings.ts'
export { AppHost, type AppOrder, type HostedApp, type LoadOptions } from './host/app-host.ts'
export { AppFileError, type AppSource, builtinApps, looksLikeFile, sourceText } from './host/app-source.ts'
export { HungAppsFile } from './host/hung-apps.ts'
export { injectPackets } from './inject.ts'
export { type LiveSwitch, lacksNicira, type Report } from './live-switch.ts'
export { Losses } from './losses.ts'
export { encapsulationBetween, mtuAcross, overheadOf, usualUnderlayMtu } from './model/encapsulation.ts'
export type { HostFact } from './model/facts.ts'
export { type Following, followStore } from './model/follow.ts'
export type { LimitFact } from './model/limit-facts.ts'
export { Model } from './model/model.ts'
export { Observations } from './model/observations.ts'
export { type Tunnel, tunnelsOf } from './model/tunnels.ts'
export type { ZoneLimitFact } from './model/zone-limits.ts'
export type { SwitchPlan } from './plan.ts'
export { isShortage } from './shortage.ts'
export { type FlowStatistics, type MeterStatistics, readMeterStatistics, readStatistics } from './statistics.ts'
export type { LiveSwitch10 } from './switches10.ts'
export type { Operation } from './transaction.ts'
export { type Finding, why } from './why.ts'
