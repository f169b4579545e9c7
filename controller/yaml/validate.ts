import type { TSchema } from 'typebox'
import Value from 'typebox/value'

/** One mistake in a document. */
export interface Problem {
  /** Where it is, such as `apps/0/config/vlan`; empty for the document itself. */
  readonly path: string
  readonly message: string
}

type SchemaError = ReturnType<typeof Value.Errors>[number]

const below = (path: string, name: string): string => (path === '' ? name : `${path}/${name}`)

/** Names that a schema's part knows, so that a misspelt one can be put right. */
const knownAt = (schema: TSchema, schemaPath: string): string[] => {
  let part: unknown = schema
  for (const step of schemaPath.split('/').slice(1, -1)) part = (part as Record<string, unknown> | undefined)?.[step]
  const { properties } = (part ?? {}) as { properties?: object }
  return Object.keys(properties ?? {})
}

const problemsIn = (error: SchemaError, schema: TSchema): Problem[] => {
  const path = error.instancePath.slice(1)
  switch (error.keyword) {
    case 'required':
      return error.params.requiredProperties.map((name) => ({ path: below(path, name), message: 'is missing' }))
    case 'boolean': {
      const known = knownAt(schema, error.schemaPath)
      const list = known.length === 0 ? 'none is' : `known here: ${known.join(', ')}`
      return [{ path, message: `is not a known name (${list})` }]
    }
    case 'enum':
      return [{ path, message: `must be one of ${error.params.allowedValues.join(', ')}` }]
    case 'additionalProperties':
      return []
    default:
      return [{ path, message: error.message }]
  }
}

/** All that is wrong with a value, in the order of the schema; empty where it fits. */
export const problemsOf = (schema: TSchema, value: unknown): Problem[] =>
  Value.Errors(schema, value).flatMap((error) => problemsIn(error, schema))

/** A copy of a value, with what it leaves out and the schema has a default for. */
export const withDefaults = (schema: TSchema, value: unknown): unknown => Value.Default(schema, structuredClone(value))

/** `vlan: must be >= 1` */
export const problemText = ({ path, message }: Problem): string => (path === '' ? message : `${path}: ${message}`)
