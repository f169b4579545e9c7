import type { FieldKey } from '../fields/rows.ts'
import { actionNamesText } from './action-names.ts'
import { fieldNamesText } from './field-names.ts'
import { type OxmId, oxmIdField, oxmIdMasked } from './oxm-id.ts'
import type { TableFeatures, TableProperty } from './table-features.ts'
import { InstructionType } from './type-id.ts'

type Named<Name extends TableProperty['type']> = Extract<TableProperty, { readonly type: Name }>

/** What can be done to a packet, by one of the two lists of actions. */
export interface ActionFeatures {
  readonly actions: string
  readonly setFields: string
}

/** What flows can do: those that miss, or the others. */
export interface FlowFeatures {
  readonly next: readonly number[]
  readonly instructions: string
  readonly write: ActionFeatures
  readonly apply: ActionFeatures
}

/** A table and what it can do. */
export interface Features {
  readonly table: TableFeatures
  readonly other: FlowFeatures
  readonly miss: FlowFeatures
  readonly matching: string
}

const find = <Name extends TableProperty['type']>(table: TableFeatures, name: Name): Named<Name> | undefined =>
  table.properties.find((property): property is Named<Name> => property.type === name)

/** Instructions in the order and with the names of ovs-ofctl. */
const instructionNames: readonly (readonly [type: number, name: string])[] = [
  [InstructionType.METER, 'meter'],
  [InstructionType.APPLY_ACTIONS, 'apply_actions'],
  [InstructionType.CLEAR_ACTIONS, 'clear_actions'],
  [InstructionType.WRITE_ACTIONS, 'write_actions'],
  [InstructionType.WRITE_METADATA, 'write_metadata'],
  [InstructionType.GOTO_TABLE, 'goto_table'],
]

interface Ids {
  readonly ids: readonly { readonly id: number }[]
}

const has =
  (property: Ids | undefined) =>
  (type: number): boolean =>
    property?.ids.some(({ id }) => id === type) ?? false

const keysOf = (ids: readonly OxmId[]): Set<FieldKey> =>
  new Set(ids.map((id) => oxmIdField(id)?.key).filter((key): key is FieldKey => key !== undefined))

/** A property for table-miss flows that is left out is that of the others. */
const flowFeatures = (table: TableFeatures, miss: boolean): FlowFeatures => {
  const pick = <A extends TableProperty['type'], B extends TableProperty['type']>(other: A, own: B) =>
    (miss ? find(table, own) : undefined) ?? find(table, other)
  const instructions = has(pick('instructions', 'instructionsMiss'))
  return {
    next: [...new Set(pick('nextTables', 'nextTablesMiss')?.tableIds)].sort((a, b) => a - b),
    instructions: instructionNames
      .filter(([type]) => instructions(type))
      .map(([, name]) => name)
      .join(' '),
    write: {
      actions: actionNamesText(has(pick('writeActions', 'writeActionsMiss'))),
      setFields: fieldNamesText(keysOf(pick('writeSetfield', 'writeSetfieldMiss')?.ids ?? [])),
    },
    apply: {
      actions: actionNamesText(has(pick('applyActions', 'applyActionsMiss'))),
      setFields: fieldNamesText(keysOf(pick('applySetfield', 'applySetfieldMiss')?.ids ?? [])),
    },
  }
}

/** A line with its label; nothing where there is no text. */
export const line = (indent: number, label: string, text: string): string =>
  text === '' ? '' : `\n${' '.repeat(indent)}${label}${text}`

/** Fields that can be masked can be wildcarded, and all these can be matched. */
const matchingText = (table: TableFeatures): string => {
  const ids = find(table, 'match')?.ids ?? []
  const all = keysOf(ids)
  const masked = keysOf(ids.filter(oxmIdMasked))
  const wild = keysOf(find(table, 'wildcards')?.ids ?? [])
  const some = (test: (key: FieldKey) => boolean): string => fieldNamesText(new Set([...all].filter(test)))
  return [
    line(
      6,
      'arbitrary mask: ',
      some((key) => masked.has(key)),
    ),
    line(
      6,
      'exact match or wildcard: ',
      some((key) => !masked.has(key) && wild.has(key)),
    ),
    line(
      6,
      'must exact match: ',
      some((key) => !masked.has(key) && !wild.has(key)),
    ),
  ].join('')
}

/** What a table says it can do, in ovs-ofctl's words. */
export const featuresOf = (table: TableFeatures): Features => ({
  table,
  other: flowFeatures(table, false),
  miss: flowFeatures(table, true),
  matching: matchingText(table),
})
