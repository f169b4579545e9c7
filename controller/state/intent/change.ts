import type { Entities, EntityKind, GivenKind, IntentKind } from './kinds.ts'

type PutOf<K extends IntentKind> = {
  readonly do: 'put'
  readonly kind: K
  readonly id: string
  readonly spec: Entities[K]
}

/** Something that a user wants, or wants no more. */
export type IntentChange = ({ readonly [K in IntentKind]: PutOf<K> }[IntentKind] | IntentDelete) & {
  /** Only where the thing is still at this revision; 0: only where there is none; `*`: only where there is one. */
  readonly ifRevision?: number | '*'
}

export interface IntentDelete {
  readonly do: 'delete'
  readonly kind: IntentKind
  readonly id: string
}

/** One mistake in a change. */
export interface IntentProblem {
  readonly kind: EntityKind
  readonly id: string
  /** The field, such as `addresses/0`; empty for the thing itself. */
  readonly path: string
  /** What is wrong, and what mends it. */
  readonly message: string
}

/** A change that cannot be done; nothing was changed. */
export class IntentError extends Error {
  override readonly name = 'IntentError'
  readonly problems: readonly IntentProblem[]

  constructor(problems: readonly IntentProblem[]) {
    super(problems.map(textOf).join('; '))
    this.problems = problems
  }
}

const textOf = ({ kind, id, path, message }: IntentProblem): string =>
  `${kind} ${id}: ${path === '' ? '' : `${path}: `}${message}`

/** Somebody else changed the thing first, or it is not there, or is. */
export class PreconditionError extends Error {
  override readonly name = 'PreconditionError'

  constructor(kind: IntentKind, id: string, expected: number | '*', actual: number) {
    const is = actual === 0 ? 'is not there' : `is at revision ${actual}`
    const wanted =
      expected === '*' ? 'one is expected' : expected === 0 ? 'none is expected' : `${expected} is expected`
    super(`${kind} ${id} ${is}, but ${wanted}: read it again, and decide again`)
  }
}

/** What became of one thing. */
export interface Outcome {
  readonly kind: IntentKind
  readonly id: string
  readonly action: 'created' | 'updated' | 'deleted' | 'unchanged'
  readonly before: Entities[IntentKind] | undefined
  readonly after: Entities[IntentKind] | undefined
  /** What the controller gave it. */
  readonly assigned: Entities[GivenKind] | undefined
}

export interface IntentResult {
  /** The revision that holds the change; where nothing changed, or at a dry run, the one that was there. */
  readonly revision: number
  readonly outcomes: readonly Outcome[]
}
