import Type, { type Static, type TProperties } from 'typebox'

const closed = <P extends TProperties>(properties: P) => Type.Object(properties, { additionalProperties: false })
const optional = <P extends TProperties>(properties: P) =>
  Type.Partial(Type.Object(properties), { additionalProperties: false })

/** Characters of the API's token: fewer could be guessed. */
export const shortestToken = 16

/** Paths are relative to the file that they stand in. */
const Tls = closed({ key: Type.String(), cert: Type.String(), ca: Type.String() })

const Listen = optional({ listen: Type.String(), unix: Type.String(), tls: Tls, insecure: Type.Boolean() })

/** The configuration file of `heddle up`. */
export const Config = optional({
  /** Folder of the store. */
  data: Type.String(),
  /** Where switches connect: each has `listen: HOST:PORT`, or `unix: PATH`. */
  openflow: Type.Array(Listen, { minItems: 1 }),
  /** Networks over many hosts: their apps, and hosts' databases connect. */
  networks: Type.Boolean(),
  /** Where the databases of hosts connect (`ovs-vsctl set-manager`). */
  ovsdb: Type.Array(Listen, { minItems: 1 }),
  api: optional({ listen: Type.String(), token: Type.String({ minLength: shortestToken }) }),
  /** Apps of this run, each with `name` or `file`. */
  apps: Type.Array(
    optional({ name: Type.String(), file: Type.String(), config: Type.Record(Type.String(), Type.Unknown()) }),
  ),
  /** Seconds after which an app's code that has not returned counts as hung. */
  appDeadline: Type.Number({ minimum: 2 }),
  /** What to do when somebody else changes our flows. */
  drift: Type.Enum(['repair', 'report']),
  /** How much history of the store is kept: the newest revisions, and the changes of the last days. */
  history: optional({ revisions: Type.Integer({ minimum: 1 }), days: Type.Number({ minimum: 0 }) }),
  log: optional({ level: Type.Enum(['debug', 'info', 'warn', 'error']) }),
})
export type Config = Static<typeof Config>
