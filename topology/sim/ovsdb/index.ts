export { Database, type RowChange } from './database.ts'
export type { Atom, Datum, Row } from './datum.ts'
export { Session } from './session.ts'
export { openVSwitchSchema } from './vswitch.ts'
