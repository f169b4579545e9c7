import { messageKind } from '../messages/kind.ts'
import { type Infer, listOf, pad, sized, struct, withLengthError } from '../wire/codec.ts'
import { oneOf, partKind } from '../wire/parts.ts'
import { rest, text, u8, u32, u64 } from '../wire/primitives.ts'
import { multipartHeader, withFlags } from './header.ts'
import { oxmId } from './oxm-id.ts'
import { tableFeaturesText } from './table-features-text.ts'
import { ActionType, InstructionType, typeId } from './type-id.ts'

const instructionIds = struct({ ids: listOf(typeId(InstructionType)) })
const actionIds = struct({ ids: listOf(typeId(ActionType)) })
const tableIds = struct({ tableIds: listOf(u8) })
const fields = struct({ ids: listOf(oxmId) })
const opaque = struct({ experimenter: u32, expType: u32, data: rest })

/** Every property of a table (OpenFlow 1.3.5 §7.3.5.5.2); those for table-miss flows end in `Miss`. */
const property = oneOf(
  [
    partKind('instructions', 0, instructionIds),
    partKind('instructionsMiss', 1, instructionIds),
    partKind('nextTables', 2, tableIds),
    partKind('nextTablesMiss', 3, tableIds),
    partKind('writeActions', 4, actionIds),
    partKind('writeActionsMiss', 5, actionIds),
    partKind('applyActions', 6, actionIds),
    partKind('applyActionsMiss', 7, actionIds),
    partKind('match', 8, fields),
    partKind('wildcards', 10, fields),
    partKind('writeSetfield', 12, fields),
    partKind('writeSetfieldMiss', 13, fields),
    partKind('applySetfield', 14, fields),
    partKind('applySetfieldMiss', 15, fields),
    partKind('experimenter', 0xfffe, opaque),
    partKind('experimenterMiss', 0xffff, opaque),
  ],
  { minimum: 4, align: 8 },
)

/** One property of a table; names that end in `Miss` are about table-miss flows (OpenFlow 1.3.5 §7.3.5.5.2). */
export type TableProperty = Infer<typeof property>

const tableFeatures = sized(
  struct({
    tableId: u8,
    pad: pad(5),
    name: text(32),
    /** Bits of the metadata that can be matched. */
    metadataMatch: u64,
    /** Bits of the metadata that can be written. */
    metadataWrite: u64,
    config: u32,
    maxEntries: u32,
    properties: listOf(property),
  }),
  64,
)

/** What a table can do, property by property (OpenFlow 1.3.5 §7.3.5.5). */
export type TableFeatures = Infer<typeof tableFeatures>

const body = struct({ ...multipartHeader, tables: withLengthError(listOf(tableFeatures), 'OFPTFFC_BAD_LEN') })

/** Asks what the tables can do, or with a list of tables, asks for these (OpenFlow 1.3.5 §7.3.5.5). */
const tableFeaturesRequest = messageKind({
  name: 'tableFeaturesRequest',
  ofp: 'OFPST_TABLE_FEATURES request',
  wire: { multipart: 'request', part: 12 },
  body,
  text: withFlags(({ tables }) => tableFeaturesText(tables)),
})

/** OpenFlow 1.3.5 §7.3.5.5 */
const tableFeaturesReply = messageKind({
  name: 'tableFeaturesReply',
  ofp: 'OFPST_TABLE_FEATURES reply',
  wire: { multipart: 'reply', part: 12 },
  body,
  text: withFlags(({ tables }) => tableFeaturesText(tables)),
})

export const tableFeaturesKinds = [tableFeaturesRequest, tableFeaturesReply] as const
