import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { type Problem, problemsOf } from '../../engine/index.ts'
import { type IntentKind, intentKinds, intentNames } from '../../state/index.ts'

/** Gives what is wrong with a value, and is fast where nothing is. */
export const judgeOf = (schema: TSchema): ((value: unknown) => readonly Problem[]) => {
  const validator = Compile(schema)
  return (value) => (validator.Check(value) ? [] : problemsOf(schema, value))
}

/** Names of kinds in documents. */
export const documentNames = intentKinds.map((kind) => intentNames[kind].document)

/** @param name one of `documentNames` */
export const kindOf = (name: string): IntentKind => name.toLowerCase() as IntentKind
