import { type Kinds, named, type Row, text } from './rows.ts'

/** `8000 kbps 500 pps` */
const rate =
  (name: string) =>
  (row: Row): string => {
    const { kbps, pps } = (row[name] ?? {}) as Row
    return [kbps === undefined ? '' : `${kbps} kbps`, pps === undefined ? '' : `${pps} pps`].filter(Boolean).join(' ')
  }

/** `in drop, out allow` */
const usual = (row: Row): string =>
  Object.entries((row.default ?? {}) as Row)
    .map(([direction, action]) => `${direction} ${action}`)
    .join(', ')

/** `10.0.0.1:5 > 192.0.2.1:80` */
const ends =
  (name: string) =>
  (row: Row): string => {
    const { from, to } = (row[name] ?? {}) as Row
    return `${from} > ${to}`
  }

/** A count of one kind; nothing where the switch does not say. */
const count =
  (name: string, what: string) =>
  (row: Row): string =>
    String(((row[name] ?? {}) as Row)[what] ?? '')

/** Routers, firewalls and profiles, with their columns, and what to say where there is none. */
export const vrouterKinds: Kinds = {
  routers: {
    columns: named('id', 'mac', 'networks', 'subnets', 'external', 'addresses', 'host', 'routes', 'nat'),
    none: 'there is no router',
  },
  nat: {
    columns: named('id', 'router', 'kind', 'protocol', 'outside', 'inside'),
    none: 'no addresses are translated',
  },
  translations: {
    columns: {
      ...named('id', 'router', 'kind', 'protocol', 'outside', 'inside', 'host', 'zone'),
      'packets out': count('out', 'packets'),
      'bytes out': count('out', 'bytes'),
      'packets in': count('in', 'packets'),
      'bytes in': count('in', 'bytes'),
    },
    none: 'no addresses are translated: heddle get nat lists what is wanted',
  },
  connections: {
    columns: {
      at: (row) => text('at')(row).replace(/\.\d+Z$/, 'Z'),
      ...named('router', 'host', 'protocol'),
      ...{ before: ends('before'), after: ends('after') },
    },
    none: 'no connection was seen to begin with a translation; heddle app load nat-record records those that do',
  },
  groups: {
    columns: named('id', 'tenant', 'ports', 'policies'),
    none: 'there is no group of ports; those of switches: heddle get switch-groups',
  },
  policies: {
    columns: {
      ...named('id', 'tier', 'groups', 'networks', 'rules'),
      default: usual,
      audit: (row) => (row.audit === true ? 'yes' : 'no'),
    },
    none: 'there is no policy: all may reach all that is routed',
  },
  qos: {
    columns: {
      ...{ id: text('id'), out: rate('out'), in: rate('in') },
      ...named('dscp', 'ports', 'networks', 'routers'),
    },
    none: 'there is no profile for bandwidth',
  },
  limits: {
    columns: {
      ...named('port', 'host', 'profile', 'direction'),
      asked: (row) => rate('asked')({ asked: row }),
      dscp: text('dscp'),
      'passed packets': count('passed', 'packets'),
      'passed bytes': count('passed', 'bytes'),
      'dropped packets': count('dropped', 'packets'),
      'dropped bytes': count('dropped', 'bytes'),
    },
    none: 'no port that is plugged in has a profile for bandwidth',
  },
}
