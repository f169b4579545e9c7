import type { FlowMod } from '../../controller/openflow/index.ts'
import { FlowModCommand, Group, NO_BUFFER, Port } from '../../controller/openflow/index.ts'

/** A flow that matches everything and drops it. */
export const flowMod: FlowMod = {
  type: 'flowMod',
  xid: 1,
  cookie: 0n,
  cookieMask: 0n,
  tableId: 0,
  command: FlowModCommand.ADD,
  idleTimeout: 0,
  hardTimeout: 0,
  priority: 32768,
  bufferId: NO_BUFFER,
  outPort: Port.ANY,
  outGroup: Group.ANY,
  flags: 0,
  match: [],
  instructions: [],
}
