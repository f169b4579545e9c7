export { type AppInstall, apps } from './app.ts'
export {
  type Assignment,
  assignments,
  macClaims,
  type NetworkNumber,
  networkNumbers,
  vniClaims,
} from './assigned.ts'
export { type LastChange, lastChange, lastChanges } from './change.ts'
export type { Encapsulation } from './closed.ts'
export { Network, networks, Port, ports, Subnet, subnets } from './intent.ts'
export { type Lease, leaseId, leases, partsOfLease } from './lease.ts'
export { type Binding, bindings, type Host, hosts } from './observed.ts'
