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

/** What is written of a part of a schema. */
interface Part {
  readonly properties?: object
  readonly description?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly type?: string
  readonly minimum?: number
  readonly maximum?: number
}

const partAt = (schema: TSchema, schemaPath: string): Part => {
  let part: unknown = schema
  for (const step of schemaPath.split('/').slice(1)) part = (part as Record<string, unknown> | undefined)?.[step]
  return part ?? {}
}

/** Names that a schema's part knows, so that a misspelt one can be put right. */
const knownAt = (schema: TSchema, schemaPath: string): string[] =>
  Object.keys(partAt(schema, schemaPath.slice(0, schemaPath.lastIndexOf('/'))).properties ?? {})

/** What a part takes, in words. */
const taken = ({ description, const: value, enum: values, type, minimum, maximum }: Part): string => {
  if (values) return values.join(', ')
  if (value !== undefined) return String(value)
  if (description !== undefined) return description
  if (type !== 'integer') return type ?? 'something else'
  return `a whole number${minimum === undefined ? '' : ` from ${minimum}`}${maximum === undefined ? '' : ` to ${maximum}`}`
}

/** Of alternatives none of which takes a value as it stands, one problem; what is amiss deeper in is told by itself. */
const withoutAlternatives = (errors: readonly SchemaError[]): SchemaError[] => {
  const unions = errors.filter(({ keyword }) => keyword === 'anyOf')
  const within = ({ schemaPath }: SchemaError, union: SchemaError): boolean =>
    schemaPath.startsWith(`${union.schemaPath}/anyOf/`)
  const flat = unions.filter((union) =>
    errors.every((error) => !within(error, union) || error.instancePath === union.instancePath),
  )
  return errors.filter((error) =>
    error.keyword === 'anyOf'
      ? flat.includes(error)
      : !flat.some((union) => within(error, union) && error.instancePath === union.instancePath),
  )
}

const alternativesAt = (schema: TSchema, schemaPath: string): string => {
  const { anyOf = [] } = partAt(schema, schemaPath) as { anyOf?: readonly Part[] }
  return anyOf.map(taken).join(', ')
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
    case 'anyOf':
      return [{ path, message: `must be one of ${alternativesAt(schema, error.schemaPath)}` }]
    case 'pattern': {
      const { description } = partAt(schema, error.schemaPath)
      return [{ path, message: description === undefined ? error.message : `must be ${description}` }]
    }
    case 'additionalProperties':
      return []
    default:
      return [{ path, message: error.message }]
  }
}

/** All that is wrong with a value, in the order of the schema; empty where it fits. */
export const problemsOf = (schema: TSchema, value: unknown): Problem[] =>
  withoutAlternatives(Value.Errors(schema, value)).flatMap((error) => problemsIn(error, schema))

/** A copy of a value, with what it leaves out and the schema has a default for. */
export const withDefaults = (schema: TSchema, value: unknown): unknown => Value.Default(schema, structuredClone(value))

/** `vlan: must be >= 1` */
export const problemText = ({ path, message }: Problem): string => (path === '' ? message : `${path}: ${message}`)
