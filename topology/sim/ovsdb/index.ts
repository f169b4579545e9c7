export { Database } from './database.ts'
export type { Atom, Row } from './datum.ts'
export { Session } from './session.ts'
export { openVSwitchSchema } from './vswitch.ts'
