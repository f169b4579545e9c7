import Type, { type Static } from 'typebox'
import type { Kind } from '../collection.ts'
import { closed } from './closed.ts'

/**
 * The newest change of what users want. Every such change puts it anew and compares that it is still
 * the one whose state it was judged by, so that no two of them can pass each other; its past is the history.
 */
const LastChange = closed({
  /** Different for each change. */
  id: Type.String({ minLength: 1, maxLength: 64 }),
  /** Milliseconds since 1970. */
  at: Type.Integer({ minimum: 0 }),
  /** What made it, such as `apply` or `rollback to 17`. */
  by: Type.String({ maxLength: 128 }),
  created: Type.Integer({ minimum: 0 }),
  updated: Type.Integer({ minimum: 0 }),
  deleted: Type.Integer({ minimum: 0 }),
})
export type LastChange = Static<typeof LastChange>
export const lastChanges: Kind<'change', typeof LastChange> = { name: 'change', schema: LastChange }

/** The id of the only one. */
export const lastChange = 'last'
