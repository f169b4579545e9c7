export type { Admission, AdmissionDraft, NamedAdmission } from './admission.ts'
export {
  type IntentChange,
  IntentError,
  type IntentProblem,
  type IntentResult,
  type Outcome,
  PreconditionError,
} from './change.ts'
export { vniOf } from './claims.ts'
export { type Difference, differences, history, type PastChange, rollBack } from './history.ts'
export { type ChangeOptions, type Changes, Intents, type IntentsOptions } from './intents.ts'
export {
  type Entities,
  type EntityKind,
  forEachKind,
  givenKinds,
  type IntentKind,
  intentKinds,
  intentSchemas,
  isEntityKind,
} from './kinds.ts'
export { gatewayText, type Layout, type LayoutsOf, layoutOf, layoutsOf } from './layout.ts'
export { namedBy } from './references.ts'
export { AdmissionError } from './settle.ts'
export type { Held, Table } from './table.ts'
