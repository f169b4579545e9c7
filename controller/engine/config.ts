import Type, { type TSchema } from 'typebox'
import { type Problem, problemsOf, problemText, withDefaults } from '../yaml/index.ts'
import type { App } from './app.ts'

/** A configuration that the app's schema refuses. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly problems: readonly Problem[]

  constructor(app: string, problems: readonly Problem[]) {
    super(`the configuration of ${app} is not right: ${problems.map(problemText).join('; ')}`)
    this.problems = problems
  }
}

const noConfig = Type.Object({}, { additionalProperties: false })

/** Misspelt names are mistakes, unless the app's schema says that it takes any. */
const strict = (schema: TSchema): TSchema =>
  'properties' in schema && !('additionalProperties' in schema) ? { ...schema, additionalProperties: false } : schema

/**
 * An app's configuration with the schema's defaults filled in.
 *
 * @throws ConfigError naming each part that is wrong
 */
export const configOf = (app: App, given: unknown = {}): unknown => {
  const schema = app.config ?? noConfig
  const config = withDefaults(schema, given)
  const problems = problemsOf(strict(schema), config)
  if (problems.length > 0) throw new ConfigError(app.name, problems)
  return config
}
