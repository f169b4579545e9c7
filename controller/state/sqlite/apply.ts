import type { Check, Plan, Step } from '../plan.ts'
import type { TransactionResult } from '../store.ts'
import type { Position, Readers, Row, Writers } from './statements.ts'

const holds = (check: Check, row: Row | undefined): boolean => {
  if (check.target === 'value') return row !== undefined && (row.value === check.text) === (check.is === 'equal')
  const actual = row?.[check.target] ?? 0
  switch (check.is) {
    case 'equal':
      return actual === check.value
    case 'notEqual':
      return actual !== check.value
    case 'less':
      return actual < check.value
    case 'greater':
      return actual > check.value
  }
}

/** Does a transaction inside one of the database's, and says what came of it and where the store stands then. */
export const apply = (
  { compare, success, failure }: Plan,
  position: Position,
  read: Readers,
  write: Writers,
): { result: TransactionResult; position: Position } => {
  const succeeded = compare.every((check) => holds(check, read.get(check.key)))
  const revision = position.revision + 1
  let ordinal = 0
  let deleted = 0
  const remove = (row: Row): void => {
    write.remove(row, revision, ordinal++)
    deleted++
  }
  const put = (key: string, value: string): void => {
    const prior = read.get(key)
    const createRevision = prior?.createRevision ?? revision
    write.put({ key, value, createRevision, modRevision: revision, version: (prior?.version ?? 0) + 1 }, ordinal++)
  }
  for (const step of succeeded ? success : failure) {
    if (step.type === 'put') put(step.key, step.text)
    else for (const row of rowsOf(step, read)) remove(row)
  }
  if (ordinal === 0) return { result: { succeeded, revision: position.revision, deleted }, position }
  const moved = { ...position, revision }
  write.move(moved)
  return { result: { succeeded, revision, deleted }, position: moved }
}

const rowsOf = (step: Exclude<Step, { type: 'put' }>, read: Readers): readonly Row[] => {
  if (step.type === 'deleteRange') return read.range(step.bounds, -1)
  const row = read.get(step.key)
  return row === undefined ? [] : [row]
}
