import Type, { type Static } from 'typebox'
import type { Kind } from '../collection.ts'
import { closed } from './closed.ts'

/** An app that the user wants to run. Its own schema judges `config`. */
const AppInstall = closed({
  name: Type.String({ minLength: 1, maxLength: 128 }),
  /** One of the project's apps by name, or the absolute path of a file. */
  source: Type.Union([
    closed({ builtin: Type.String({ minLength: 1 }) }),
    closed({ file: Type.String({ pattern: '^/' }) }),
  ]),
  config: Type.Record(Type.String(), Type.Unknown()),
  /** The tables that it had when it last ran: `count` of them from `first` on. */
  tables: Type.Optional(
    closed({ first: Type.Integer({ minimum: 0, maximum: 254 }), count: Type.Integer({ minimum: 0, maximum: 254 }) }),
  ),
})
export type AppInstall = Static<typeof AppInstall>

export const apps: Kind<'app', typeof AppInstall> = { name: 'app', schema: AppInstall }
