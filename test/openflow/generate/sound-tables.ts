import { allFields } from '../../../controller/openflow/fields/field.ts'
import type { MessageNamed } from '../../../controller/openflow/messages/messages.ts'
import { oxmIdOf } from '../../../controller/openflow/multipart/oxm-id.ts'
import { ActionType, InstructionType } from '../../../controller/openflow/multipart/type-id.ts'
import fc from '../../support/random.ts'
import { lackingFields } from './lacks.ts'
import { soundParts } from './sound.ts'
import { from, record, some, typed, u32, u64 } from './values.ts'

type TableProperty = MessageNamed<'tableFeaturesReply'>['tables'][number]['properties'][number]

// ofp-print gives some tunnel fields names that confuse it where it shortens lists.
const knownFields = allFields.filter(
  ({ key }) => !(key in lackingFields) && !/^(tun(Gtpu|Erspan)|ct(Nw|Tp|Ipv6))/.test(key),
)

const fieldIds = (canMask: boolean) =>
  some(
    fc
      .constantFrom(...knownFields)
      .chain(({ code, maskable }) => fc.boolean().map((masked) => oxmIdOf(code, masked && maskable && canMask))),
  )

const typeIds = (ids: Readonly<Record<string, number>>) =>
  fc
    .subarray(
      Object.values(ids).filter((id) => id !== 0xffff),
      { maxLength: 5 },
    )
    .map((list) => list.map((id) => ({ id, data: new Uint8Array() })))

const instructionIds = { ids: typeIds(InstructionType) }
const actionIds = { ids: typeIds(ActionType) }
const tableIds = { tableIds: fc.uniqueArray(from(0, 254), { maxLength: 6 }) }

/** What a table must say of itself, and what it may say of packets that no flow matches. */
const tableProperties: fc.Arbitrary<readonly TableProperty[]> = fc
  .tuple(
    fc.tuple<TableProperty[]>(
      typed('instructions', instructionIds),
      typed('nextTables', tableIds),
      typed('writeActions', actionIds),
      typed('applyActions', actionIds),
      typed('match', { ids: fieldIds(true) }),
      typed('wildcards', { ids: fieldIds(false) }),
      typed('writeSetfield', { ids: fieldIds(false) }),
      typed('applySetfield', { ids: fieldIds(false) }),
    ),
    fc.uniqueArray(
      fc.oneof(
        typed('instructionsMiss', instructionIds),
        typed('nextTablesMiss', tableIds),
        typed('writeActionsMiss', actionIds),
        typed('applyActionsMiss', actionIds),
        typed('writeSetfieldMiss', { ids: fieldIds(false) }),
        typed('applySetfieldMiss', { ids: fieldIds(false) }),
      ),
      { maxLength: 3, selector: ({ type }) => type },
    ),
  )
  .map(([required, more]) => [...required, ...more])

export const soundTables = some(
  record({
    tableId: from(0, 254),
    name: soundParts.string(31),
    metadataMatch: u64,
    metadataWrite: u64,
    config: fc.constant(0),
    maxEntries: u32,
    properties: tableProperties,
  }),
  3,
  1,
)
