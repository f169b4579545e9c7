import Type, { type Static } from 'typebox'
import type { Kind } from './collection.ts'

const closed = { additionalProperties: false }

/** A chassis: one bridge that connects to the controller. What the user says of it, not what it reports. */
const Host = Type.Object(
  {
    /** Datapath id: 16 hexadecimal digits, lower case. */
    dpid: Type.String({ pattern: '^[0-9a-f]{16}$' }),
    /** What people call it. */
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
  },
  closed,
)
export type Host = Static<typeof Host>

export const hosts: Kind<'host', typeof Host> = { name: 'host', schema: Host }

/** An app that the user wants to run. Its own schema judges `config`. */
const AppInstall = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 128 }),
    /** One of the project's apps by name, or the absolute path of a file. */
    source: Type.Union([
      Type.Object({ builtin: Type.String({ minLength: 1 }) }, closed),
      Type.Object({ file: Type.String({ pattern: '^/' }) }, closed),
    ]),
    config: Type.Record(Type.String(), Type.Unknown()),
  },
  closed,
)
export type AppInstall = Static<typeof AppInstall>

export const apps: Kind<'app', typeof AppInstall> = { name: 'app', schema: AppInstall }
