import { dittoText } from './ditto.ts'
import { type ActionFeatures, type Features, type FlowFeatures, featuresOf, line } from './table-abilities.ts'
import type { TableFeatures } from './table-features.ts'

/** Runs of tables: `1-254`, `3,5-7`. */
const rangesText = (numbers: readonly number[]): string => {
  const ranges: [first: number, last: number][] = []
  for (const number of numbers) {
    const range = ranges.at(-1)
    if (range && range[1] === number - 1) range[1] = number
    else ranges.push([number, number])
  }
  return ranges.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(',')
}

/** A table cannot go to itself, so that the next one lacks its own number and still is the same. */
const sameNext = (a: readonly number[], aTable: number, b: readonly number[], bTable: number): boolean => {
  if (bTable < aTable) return sameNext(b, bTable, a, aTable)
  const own = bTable === aTable + 1 && !b.includes(bTable) ? bTable : -1
  return a.filter((table) => table !== own).join() === b.join()
}

const sameActions = (a: ActionFeatures, b: ActionFeatures): boolean =>
  a.actions === b.actions && a.setFields === b.setFields

const sameFlow = (a: FlowFeatures, aTable: number, b: FlowFeatures, bTable: number): boolean =>
  sameNext(a.next, aTable, b.next, bTable) &&
  a.instructions === b.instructions &&
  sameActions(a.write, b.write) &&
  sameActions(a.apply, b.apply)

const sameFlows = (a: Features, b: Features): boolean =>
  sameFlow(a.other, a.table.tableId, b.other, b.table.tableId) &&
  sameFlow(a.miss, a.table.tableId, b.miss, b.table.tableId)

const sameFeatures = (a: Features, b: Features): boolean =>
  a.table.metadataMatch === b.table.metadataMatch &&
  a.table.metadataWrite === b.table.metadataWrite &&
  a.table.maxEntries === b.table.maxEntries &&
  sameFlows(a, b) &&
  a.matching === b.matching

const actionsText = ({ actions, setFields }: ActionFeatures): string =>
  line(8, 'actions: ', actions) + line(8, 'supported on Set-Field: ', setFields)

const allActionsText = ({ write, apply }: FlowFeatures, before: FlowFeatures | undefined): string => {
  if (before && sameActions(write, before.write) && sameActions(apply, before.apply) && write.setFields !== '') {
    return '\n      (same actions)'
  }
  if (!sameActions(write, apply)) {
    return `\n      Write-Actions features:${actionsText(write)}\n      Apply-Actions features:${actionsText(apply)}`
  }
  const text = actionsText(write)
  return text === '' ? '' : `\n      Write-Actions and Apply-Actions features:${text}`
}

const flowText = (flow: FlowFeatures, before: FlowFeatures | undefined): string =>
  [
    line(6, 'next tables: ', rangesText(flow.next)),
    before && before.instructions === flow.instructions && flow.instructions !== ''
      ? '\n      (same instructions)'
      : line(6, 'instructions: ', flow.instructions),
    allActionsText(flow, before),
  ].join('')

const isEmpty = (flow: FlowFeatures): boolean => flowText(flow, undefined) === ''

const flowsText = (features: Features, before: Features | undefined): string => {
  const { other, miss, table } = features
  if (before && sameFlows(features, before)) return isEmpty(other) ? '' : '\n    (same instructions)'
  if (!sameFlow(other, table.tableId, miss, table.tableId)) {
    return (
      `\n    instructions (other than table miss):${flowText(other, before?.other)}` +
      `\n    instructions (table miss):${flowText(miss, before?.miss)}`
    )
  }
  return isEmpty(other) ? '' : `\n    instructions (table miss and others):${flowText(other, before?.other)}`
}

const hex = (value: bigint): string => (value === 0n ? '0' : `0x${value.toString(16)}`)

const featuresText = (features: Features, before: Features | undefined): string => {
  const { metadataMatch, metadataWrite, maxEntries } = features.table
  const isSame = before !== undefined && before.matching === features.matching
  return [
    metadataMatch === 0n && metadataWrite === 0n
      ? ''
      : `\n    metadata: match=${hex(metadataMatch)} write=${hex(metadataWrite)}`,
    maxEntries === 0 ? '' : `\n    max_entries=${maxEntries}`,
    flowsText(features, before),
    features.matching === '' ? '' : isSame ? '\n    (same matching)' : `\n    matching:${features.matching}`,
  ].join('')
}

/** Tables and what they can do, as ovs-ofctl prints them. */
export const tableFeaturesText = (tables: readonly TableFeatures[]): string => {
  const all = tables.map(featuresOf)
  return dittoText(
    all.map((features, index) => {
      const before = all[index - 1]
      return {
        tableId: features.table.tableId,
        name: features.table.name,
        same: before !== undefined && sameFeatures(features, before),
        text: featuresText(features, before),
      }
    }),
  )
}
