import { type Kinds, named, type Row, text } from './rows.ts'
import { vrouterKinds } from './vrouter-kinds.ts'

/** `17 %` of those that the controller gives. */
const used = ({ size, excluded, free }: Row): string => {
  const open = Number(size) - Number(excluded)
  return open === 0 ? '' : `${Math.round((100 * (open - Number(free))) / open)} %`
}

/** `0.42 ms`: more digits would say nothing. */
const roundTrip = ({ roundTrip: time }: Row): string => (typeof time === 'number' ? `${time.toFixed(2)} ms` : '')

/** Seconds are enough for people. */
const time = (name: string) => (row: Row) => text(name)(row).replace(/\.\d+Z$/, 'Z')

/** Networks and what belongs to them, with their columns, and what to say where there is none. */
export const networkKinds: Kinds = {
  networks: {
    columns: named('id', 'vni', 'encapsulation', 'mtu', 'external', 'subnets', 'ports'),
    none: 'there is no network; heddle apply -f FILE makes some',
  },
  subnets: { columns: named('id', 'network', 'cidr', 'gateway', 'dns'), none: 'there is no subnet' },
  ports: {
    columns: named('id', 'network', 'mac', 'addresses', 'groups', 'host', 'interface', 'status'),
    none: 'there is no port of a network; those of switches: heddle get switch-ports',
  },
  ...vrouterKinds,
  hosts: {
    columns: {
      ...named('id', 'name', 'dpid', 'address', 'types', 'ports'),
      connected: (row) => (row.connected === true ? 'yes' : 'no'),
      refused: text('refused'),
      warnings: ({ warnings }) => (Array.isArray(warnings) ? warnings.join('; ') : ''),
    },
    none: 'no host has reported itself',
  },
  tunnels: {
    columns: {
      ...named('from', 'to'),
      encapsulation: (row) => text('encapsulation')(row) || 'none in common',
      ...named('fromAddress', 'toAddress'),
      networks: (row) => text('networks')(row) || 'routed only',
      health: text('health'),
      'round trip': roundTrip,
    },
    none: 'no two hosts have ports of the same network, or of networks that routers join',
  },
  ipam: {
    columns: { ...named('subnet', 'cidr', 'size', 'dynamic', 'static', 'excluded', 'quarantined', 'free'), used },
    none: 'there is no subnet',
  },
  leases: {
    columns: {
      ...named('network', 'address', 'port', 'router', 'kind'),
      since: time('since'),
      'quarantine until': time('quarantineUntil'),
    },
    none: 'nobody has an address',
  },
  history: {
    columns: { revision: text('revision'), at: time('at'), ...named('by', 'created', 'updated', 'deleted') },
    none: 'nothing has been wanted yet',
  },
}
