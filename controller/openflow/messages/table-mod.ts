import { pad, struct } from '../wire/codec.ts'
import { u8, u32 } from '../wire/primitives.ts'
import { ALL_TABLES } from './flow-mod.ts'
import { messageKind } from './kind.ts'

/** Configures a table (OpenFlow 1.3.5 §7.3.3); all its bits are deprecated. */
const tableMod = messageKind({
  name: 'tableMod',
  ofp: 'OFPT_TABLE_MOD',
  wire: { type: 17 },
  body: struct({ tableId: u8, pad: pad(3), config: u32 }),
  text: ({ tableId }) => (tableId === ALL_TABLES ? ' table_id: ALL_TABLES' : ` table_id=${tableId}`),
})

export const tableModKinds = [tableMod] as const
