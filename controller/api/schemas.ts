import Type, { type Static, type TProperties } from 'typebox'

/** Objects that take no other names than these. */
export const closed = <P extends TProperties>(properties: P) => Type.Object(properties, { additionalProperties: false })

export const Dpid = Type.String({
  description: 'datapath id, 16 hexadecimal digits',
  examples: ['0000000000000001'],
})

const Flag = Type.Union([Type.Literal('true'), Type.Literal('false')])

/** What may be asked of a list of flows. */
export const FlowsQuery = closed({
  dpid: Type.Optional(Dpid),
  app: Type.Optional(Type.String()),
  table: Type.Optional(Type.String({ pattern: '^[0-9]{1,3}$', description: 'a number from 0 to 254' })),
  counters: Type.Optional(Flag),
  limit: Type.Optional(
    Type.String({ pattern: '^[1-9][0-9]{0,6}$', description: 'a number of flows, at least 1; 1000 unless given' }),
  ),
})
export type FlowsQuery = Static<typeof FlowsQuery>

export const SwitchQuery = closed({ dpid: Type.Optional(Dpid) })

export const Name = closed({ name: Type.String() })

/** What to load: one of name and file. */
export const Order = closed({
  name: Type.Optional(Type.String({ description: "one of heddle's own apps", examples: ['l2-switch'] })),
  file: Type.Optional(Type.String({ description: 'absolute path of a file on the machine of the controller' })),
  config: Type.Optional(Type.Record(Type.String(), Type.Unknown(), { description: "as the app's schema says" })),
})
export type Order = Static<typeof Order>

export const ErrorBody = Type.Object({
  error: Type.String(),
  problems: Type.Array(Type.Object({ path: Type.String(), message: Type.String() })),
})

const Owner = { app: Type.String(), rule: Type.String(), object: Type.String() }

export const Switch = Type.Object({
  dpid: Type.String(),
  openflow: Type.String({ description: '1.3, or 1.0: such a switch holds no flows of apps' }),
  bridge: Type.String(),
  address: Type.String(),
  software: Type.String(),
  hardware: Type.String(),
  since: Type.String(),
  inSync: Type.Boolean(),
  ports: Type.Integer(),
  flows: Type.Integer(),
  groups: Type.Integer(),
  meters: Type.Integer(),
  refused: Type.Integer(),
  foreign: Type.Integer(),
  kept: Type.Integer({ description: 'flows of apps that could not be loaded' }),
  tables: Type.Integer(),
  buffers: Type.Integer(),
  capabilities: Type.Object({
    bundles: Type.Boolean(),
    nicira: Type.Boolean(),
    meters: Type.Number(),
    groups: Type.Number(),
  }),
})

export const Port = Type.Object({
  dpid: Type.String(),
  port: Type.String(),
  name: Type.String(),
  mac: Type.String(),
  state: Type.String(),
  speed: Type.Number({ description: 'kbit/s' }),
})

const flowText = {
  dpid: Type.String(),
  table: Type.Integer(),
  priority: Type.Integer(),
  match: Type.String(),
  actions: Type.String(),
  idleTimeout: Type.Integer(),
  hardTimeout: Type.Integer(),
  text: Type.String({ description: 'as ovs-ofctl add-flow takes it' }),
  cookie: Type.String(),
  packets: Type.Optional(Type.Number()),
  bytes: Type.Optional(Type.Number()),
  age: Type.Optional(Type.Number({ description: 'seconds' })),
}

export const Flow = Type.Object({
  ...flowText,
  ...Owner,
  drop: Type.Optional(Type.String()),
  missing: Type.Optional(Type.Boolean({ description: 'true where the app could not be loaded, and the flow is kept' })),
})
export const ForeignFlow = Type.Object(flowText)

/** A group or meter. */
export const Entry = Type.Object({ dpid: Type.String(), id: Type.Integer(), text: Type.String(), ...Owner })

export const App = Type.Object({
  name: Type.String(),
  source: Type.String(),
  status: Type.String(),
  failure: Type.Optional(Type.String()),
  remembered: Type.Boolean(),
  config: Type.Record(Type.String(), Type.Unknown()),
  stages: Type.Array(Type.Object({ name: Type.String(), table: Type.Integer() })),
  units: Type.Integer({ description: 'rules evaluated, each for one object on one switch' }),
  packetIns: Type.Object({
    delivered: Type.Integer(),
    waiting: Type.Integer({ description: 'now, in the queue of the app' }),
    queued: Type.Integer({ description: 'could not be delivered at once' }),
    dropped: Type.Integer({ description: 'never delivered, as the app was too slow or takes none' }),
  }),
  unsent: Type.Integer({ description: 'messages of the app dropped, because a switch did not read' }),
})

export const Change = Type.Object({
  change: Type.String(),
  what: Type.String(),
  text: Type.String(),
  ...Owner,
})

export const Plan = Type.Object({
  app: Type.String(),
  switches: Type.Array(Type.Object({ dpid: Type.String(), changes: Type.Array(Change) })),
})

export const Why = Type.Object({
  is: Type.String(),
  ...Owner,
  cookie: Type.String(),
  drop: Type.Optional(Type.String()),
  flow: Type.String(),
})

export const Diagnosis = Type.Object({
  level: Type.String({ description: 'error, warning or note' }),
  dpid: Type.Optional(Type.String()),
  bridge: Type.Optional(Type.String()),
  finding: Type.String(),
  mend: Type.Optional(Type.String({ description: 'a command' })),
})
export type Diagnosis = Static<typeof Diagnosis>
