export { type AppInstall, apps } from './app.ts'
export {
  type Assignment,
  assignments,
  type GroupNumber,
  groupNumbers,
  type NetworkNumber,
  networkNumbers,
  type RouterNumber,
  routerNumbers,
} from './assigned.ts'
export { type LastChange, lastChange, lastChanges } from './change.ts'
export type { Encapsulation } from './closed.ts'
export { Network, networks, Port, ports, Subnet, subnets } from './intent.ts'
export { type Lease, leaseId, leases, partsOfLease } from './lease.ts'
export { intentNames } from './names.ts'
export { type Binding, bindings, type Host, hosts } from './observed.ts'
export { type Group, groups, type Policy, type PolicyRule, policies, type Qos, qosProfiles } from './policing.ts'
export { type Nat, nats, type PortRange, type Router, routers } from './routing.ts'
