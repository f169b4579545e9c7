import { allFields } from '../../../controller/openflow/fields/field.ts'
import type { FieldKey } from '../../../controller/openflow/fields/rows.ts'
import type { TableFeatures } from '../../../controller/openflow/multipart/table-features.ts'
import { ActionType, InstructionType } from '../../../controller/openflow/multipart/type-id.ts'
import { ProtocolError } from '../../../controller/openflow/wire/errors.ts'
import { places } from '../pipeline/layout.ts'
import type { SimSwitch } from '../switch.ts'
import type { Handlers } from './handlers.ts'

const none = new Uint8Array(0)
const ids = (list: readonly number[]) => list.map((id) => ({ id, data: none }))

const instructions = Object.values(InstructionType).filter((type) => type !== InstructionType.EXPERIMENTER)
const missing: readonly number[] = [
  ActionType.COPY_TTL_OUT,
  ActionType.COPY_TTL_IN,
  ActionType.PUSH_PBB,
  ActionType.POP_PBB,
  ActionType.EXPERIMENTER,
]
const actions = Object.values(ActionType).filter((type) => !missing.includes(type))
const fieldIds = allFields
  .filter(({ key }) => places[key as FieldKey] !== undefined)
  .map(({ code, maskable }) => ({
    header: maskable ? code.maskedHeader : code.header,
    experimenter: code.experimenter,
  }))

const everyBit = 0xffff_ffff_ffff_ffffn

const featuresOf = (sw: SimSwitch, tableId: number): TableFeatures => ({
  tableId,
  name: `table${tableId}`,
  metadataMatch: everyBit,
  metadataWrite: everyBit,
  config: 0,
  maxEntries: sw.settings.flowsPerTable ?? 1_000_000,
  properties: [
    { type: 'instructions', ids: ids(instructions) },
    {
      type: 'nextTables',
      tableIds: Array.from({ length: sw.tables.count - tableId - 1 }, (_, index) => tableId + 1 + index),
    },
    { type: 'writeActions', ids: ids(actions) },
    { type: 'applyActions', ids: ids(actions) },
    { type: 'match', ids: fieldIds },
    { type: 'wildcards', ids: fieldIds },
    { type: 'applySetfield', ids: fieldIds },
  ],
})

/** What the tables can do, all alike; it cannot be changed. */
export const tableFeaturesHandlers = {
  tableFeaturesRequest(connection, { xid, tables: wanted }) {
    if (wanted.length > 0) throw new ProtocolError('OFPTFFC_EPERM', 'tables cannot be configured')
    const { sw } = connection
    const all = Array.from({ length: sw.tables.count }, (_, tableId) => featuresOf(sw, tableId))
    connection.sendParts(all, (tables, flags) => ({ type: 'tableFeaturesReply', xid, flags, tables }))
  },
} satisfies Handlers
