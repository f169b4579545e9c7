import Type from 'typebox'
import { closed } from '../schemas.ts'
import { documentNames } from './judge.ts'

/** Of entities: as `makeId` takes them. */
export const EntityName = Type.String({
  pattern: '^[A-Za-z0-9][A-Za-z0-9._:@-]{0,127}$',
  description: '1 to 128 letters, digits and ._:@-, the first a letter or digit',
})
export const EntityId = closed({ id: EntityName })

const Flag = Type.Union([Type.Literal('true'), Type.Literal('false')])
export const WriteQuery = closed({
  dryRun: Type.Optional(Flag),
  wait: Type.Optional(Flag),
})
export const NetworkQuery = closed({ network: Type.Optional(EntityName) })

const Which = closed({ kind: Type.Enum(documentNames), id: EntityName })

export const Apply = closed({
  resources: Type.Optional(
    Type.Array(
      closed({
        kind: Type.Enum(documentNames),
        id: EntityName,
        spec: Type.Record(Type.String(), Type.Unknown(), { description: 'the fields of its kind' }),
      }),
    ),
  ),
  delete: Type.Optional(Type.Array(Which)),
  prune: Type.Optional(Type.Boolean({ description: 'delete all that is not among the resources' })),
  dryRun: Type.Optional(Type.Boolean()),
  wait: Type.Optional(Type.Boolean({ description: 'answer when the hosts concerned have confirmed' })),
})

const difference = {
  kind: Type.String(),
  id: Type.String(),
  action: Type.String({ description: 'created, updated, deleted or unchanged' }),
  before: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  after: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
}

export const Applied = Type.Object({
  revision: Type.Integer(),
  dryRun: Type.Boolean(),
  created: Type.Integer(),
  updated: Type.Integer(),
  deleted: Type.Integer(),
  unchanged: Type.Integer(),
  changes: Type.Array(
    Type.Object({ ...difference, assigned: Type.Optional(Type.Record(Type.String(), Type.Unknown())) }),
  ),
})

export const Diff = Type.Object({
  from: Type.Integer(),
  to: Type.Integer(),
  changes: Type.Array(Type.Object(difference)),
})

const Revision = Type.String({ pattern: '^[0-9]{1,15}$' })
export const DiffQuery = closed({ from: Revision, to: Type.Optional(Revision) })
export const LimitQuery = closed({
  limit: Type.Optional(Type.String({ pattern: '^[1-9][0-9]{0,3}$', description: 'a number from 1 to 9999' })),
})

export const Rollback = closed({
  revision: Type.Integer({ minimum: 1 }),
  dryRun: Type.Optional(Type.Boolean()),
  wait: Type.Optional(Type.Boolean()),
})

export const PastChange = Type.Object({
  revision: Type.Integer(),
  at: Type.String(),
  by: Type.String(),
  created: Type.Integer(),
  updated: Type.Integer(),
  deleted: Type.Integer(),
})

export const HostView = Type.Object({
  id: Type.String(),
  name: Type.Optional(Type.String()),
  dpid: Type.String(),
  connected: Type.Boolean({ description: 'whether its integration bridge is' }),
  refused: Type.Optional(Type.String({ description: 'why its integration bridge is given no flows' })),
  address: Type.String({ description: 'where others send what they tunnel' }),
  types: Type.Array(Type.String()),
  tunnels: Type.Record(Type.String(), Type.Integer(), { description: 'OpenFlow ports' }),
  physical: Type.Record(Type.String(), Type.Integer(), {
    description: 'physical networks, by the OpenFlow ports to them',
  }),
  underlayMtu: Type.Optional(Type.Integer()),
  version: Type.Optional(Type.String()),
  ports: Type.Integer(),
  warnings: Type.Array(Type.String(), { description: 'what is amiss there, with the command that mends it' }),
})

export const TunnelsQuery = closed({
  hosts: Type.Optional(Type.String({ maxLength: 4096, description: 'ids with commas: only tunnels between these' })),
})
export const TunnelView = Type.Object({
  from: Type.String(),
  to: Type.String(),
  encapsulation: Type.String({ description: 'empty where the two have none in common' }),
  fromAddress: Type.String(),
  toAddress: Type.String(),
  networks: Type.Array(Type.String(), { description: 'that both have ports of; none where only routers join them' }),
  health: Type.String({ description: 'up, down or unknown' }),
  roundTrip: Type.Optional(Type.Number({ description: 'milliseconds' })),
})

export const UtilisationView = Type.Object({
  subnet: Type.String(),
  network: Type.String(),
  cidr: Type.String(),
  size: Type.Number({ description: 'addresses that ports may have; not exact beyond 2^53' }),
  dynamic: Type.Integer(),
  static: Type.Integer(),
  excluded: Type.Number(),
  quarantined: Type.Integer(),
  free: Type.Number({ description: 'that the controller may still give' }),
})

export const LeaseQuery = closed({
  network: Type.Optional(EntityName),
  subnet: Type.Optional(EntityName),
  port: Type.Optional(EntityName),
  router: Type.Optional(EntityName),
})

export const LeaseView = Type.Object({
  network: Type.String(),
  subnet: Type.String(),
  address: Type.String(),
  port: Type.Optional(Type.String({ description: 'that has it' })),
  router: Type.Optional(Type.String({ description: 'that has it outside' })),
  kind: Type.String(),
  since: Type.String(),
  quarantineUntil: Type.Optional(Type.String()),
})
