// Actions that apps use most, each by one word.
import { type Action, type FieldKey, field, Port, subfield } from '../openflow/index.ts'

/** Sets a field: to a number, text in ovs-ofctl's syntax, or the bits that `{ value, mask }` names. */
export const setField = (key: FieldKey, value: unknown): Action => ({ type: 'setField', oxm: field(key, value) })

/** Copies all of a field into another. */
export const moveField = (from: FieldKey, to: FieldKey): Action => ({
  type: 'regMove',
  src: subfield(from),
  dst: subfield(to),
})

/** Sends the packet out of a port. */
export const output = (port: number): Action => ({ type: 'output', port, maxLen: 0 })

/** Looks the packet up in a table, does what that says, and goes on with the next action. */
export const resubmit = (tableId: number): Action => ({ type: 'resubmitTable', inPort: Port.IN_PORT, tableId })
