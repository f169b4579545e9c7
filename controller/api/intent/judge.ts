import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { type Problem, problemsOf } from '../../engine/index.ts'
import { type IntentKind, Network, Port, Subnet } from '../../state/index.ts'

/** Gives what is wrong with a value, and is fast where nothing is. */
export const judgeOf = (schema: TSchema): ((value: unknown) => readonly Problem[]) => {
  const validator = Compile(schema)
  return (value) => (validator.Check(value) ? [] : problemsOf(schema, value))
}

export const specs = { network: Network, subnet: Subnet, port: Port } as const satisfies Record<IntentKind, TSchema>

/** Names of kinds in documents. */
export const kindNames = { network: 'Network', subnet: 'Subnet', port: 'Port' } as const satisfies Record<
  IntentKind,
  string
>
export type KindName = (typeof kindNames)[IntentKind]

export const kindOf = (name: KindName): IntentKind => name.toLowerCase() as IntentKind
