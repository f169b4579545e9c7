export { type HostStatus, Hosts, type HostsOptions } from './hosts.ts'
export { type JoinedHosts, joinHosts } from './join.ts'
export type { BindingFact, HostFact, Observer } from './observer.ts'
