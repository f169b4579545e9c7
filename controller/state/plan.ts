import { encodeDocument } from './document.ts'
import { InvalidRequestError } from './errors.ts'
import { type Bounds, boundsOf, checkKey, within } from './key.ts'
import type { Compare, Operation, Transaction } from './store.ts'

/** A comparison with its document as text. */
export type Check =
  | (Extract<Compare, { target: 'value' }> & { readonly text: string })
  | Exclude<Compare, { target: 'value' }>

export type Step =
  | { readonly type: 'put'; readonly key: string; readonly text: string }
  | { readonly type: 'delete'; readonly key: string }
  | { readonly type: 'deleteRange'; readonly bounds: Bounds }

/** A transaction that is known to be sound, ready for a database. */
export interface Plan {
  readonly compare: readonly Check[]
  readonly success: readonly Step[]
  readonly failure: readonly Step[]
}

/** @throws InvalidRequestError, InvalidDocumentError */
export const planOf = ({ compare = [], success = [], failure = [] }: Transaction): Plan => ({
  compare: compare.map(checkOf),
  success: branchOf(success),
  failure: branchOf(failure),
})

const checkOf = (compare: Compare): Check => {
  checkKey(compare.key)
  return compare.target === 'value' ? { ...compare, text: encodeDocument(compare.value) } : compare
}

const stepOf = (operation: Operation): Step => {
  switch (operation.type) {
    case 'put':
      return { type: 'put', key: checkKey(operation.key), text: encodeDocument(operation.value) }
    case 'delete':
      return { type: 'delete', key: checkKey(operation.key) }
    case 'deleteRange':
      return { type: 'deleteRange', bounds: boundsOf(operation.span) }
  }
}

/** A key that is put twice, or put and deleted, would have two states at one revision: etcd refuses it too. */
const branchOf = (operations: readonly Operation[]): Step[] => {
  const steps = operations.map(stepOf)
  const put = new Set<string>()
  for (const step of steps) {
    if (step.type !== 'put') continue
    if (put.has(step.key)) throw new InvalidRequestError(`the transaction puts ${step.key} twice`)
    put.add(step.key)
  }
  for (const step of steps) {
    if (step.type === 'delete' && put.has(step.key)) throw bothWays(step.key)
    if (step.type !== 'deleteRange') continue
    for (const key of put) if (within(key, step.bounds)) throw bothWays(key)
  }
  return steps
}

const bothWays = (key: string): InvalidRequestError =>
  new InvalidRequestError(`the transaction both puts and deletes ${key}`)
