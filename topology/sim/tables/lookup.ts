import type { Key } from '../pipeline/layout.ts'
import { Word } from '../pipeline/layout.ts'
import type { Entry } from './entry.ts'
import type { FlowTable } from './flow-table.ts'

/** The conjunctions of which every clause has a flow among `parts`. */
const complete = (parts: readonly Entry[]): readonly number[] => {
  const clauses = new Map<number, { readonly seen: Set<number>; readonly count: number }>()
  for (const { id, clause, nClauses } of parts.flatMap(({ conjunctions = [] }) => conjunctions)) {
    const known = clauses.get(id) ?? { seen: new Set<number>(), count: nClauses }
    clauses.set(id, known)
    if (known.count === nClauses) known.seen.add(clause)
  }
  return [...clauses].filter(([, { seen, count }]) => seen.size === count).map(([id]) => id)
}

const withConjunction = (table: FlowTable, key: Key, id: number): Entry | undefined => {
  const saved = key[Word.CONJ_ID] as number
  key[Word.CONJ_ID] = id | 0
  const found = table.find(key)
  key[Word.CONJ_ID] = saved
  return found
}

/**
 * Conjunctive matches (ovs-fields(7), "conj_id"): the flows of one priority that match say which
 * conjunctions hold; the packet is then looked up with the id of one. Lower priorities follow, down
 * to that of the plain flow that matches.
 */
const throughConjunctions = (table: FlowTable, key: Key, plain: Entry | undefined): Entry | undefined => {
  const parts = table.parts(key, plain?.priority ?? -1)
  const priorities = [...new Set(parts.map(({ priority }) => priority))].sort((a, b) => b - a)
  for (const priority of priorities) {
    for (const id of complete(parts.filter((part) => part.priority === priority))) {
      const found = withConjunction(table, key, id)
      if (found !== undefined) return found
    }
  }
  return plain
}

/** The flow that takes a packet. Counts the lookup, not the packet. */
export const lookUp = (table: FlowTable, key: Key): Entry | undefined => {
  const plain = table.find(key)
  const found = table.hasConjunctions ? throughConjunctions(table, key, plain) : plain
  table.lookups++
  if (found !== undefined) table.matched++
  return found
}
