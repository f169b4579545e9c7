export { type HostStatus, Hosts, type HostsOptions } from './hosts.ts'
export { joinHosts } from './join.ts'
export type { BindingFact, HostFact, Observer } from './observer.ts'
