import type { Passage } from '../pipeline/passage.ts'
import type { Step } from '../tables/entry.ts'

/** A step of one type. */
export type StepOf<T extends Step['type']> = Extract<Step, { readonly type: T }>

/** What each type of step does to a packet. */
export type Executors = { readonly [T in Step['type']]: (passage: Passage, step: StepOf<T>) => void }

/** Executors of some types, those of one topic. */
export type Some<T extends Step['type']> = Pick<Executors, T>

/** For steps that change nothing in this model. */
export const nothing = (): void => {}
