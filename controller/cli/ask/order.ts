import { isAbsolute, resolve } from 'node:path'
import type { Problem } from '../../engine/index.ts'
import { CliError } from '../cli-error.ts'
import type { YamlFile } from '../yaml-file.ts'
import { ask, type ClientOptions, RefusedError } from './client.ts'

export interface OrderOptions extends ClientOptions {
  /** YAML file with the app's configuration. */
  readonly config?: string
}

const looksLikeFile = (text: string): boolean => isAbsolute(text) || /[/\\]|\.[cm]?[jt]s$/.test(text)

const prefix = 'config/'

/** Only who has a file needs what reads it. */
const readConfig = async (file: string): Promise<YamlFile> => (await import('../yaml-file.ts')).readYaml(file)

/** The lines of the configuration file that the controller complains about; undefined where it is something else. */
const located = (file: YamlFile | undefined, problems: readonly Problem[]): CliError | undefined => {
  if (!file || problems.length === 0 || !problems.every(({ path }) => path.startsWith(prefix))) return undefined
  const lines = problems.map(({ path, message }) => file.locate({ path: path.slice(prefix.length), message }))
  return new CliError(lines.join('\n'))
}

/**
 * Asks the controller for something that it does with an app and its configuration.
 *
 * @param app one of heddle's apps by name, or a file
 * @throws CliError naming the line of the configuration that is wrong
 */
export const order = async <T>(options: OrderOptions, path: string, app: string): Promise<T> => {
  const file = options.config === undefined ? undefined : await readConfig(options.config)
  const source = looksLikeFile(app) ? { file: resolve(app) } : { name: app }
  try {
    return await ask<T>(options, 'POST', path, { body: { ...source, ...(file ? { config: file.value } : {}) } })
  } catch (error) {
    throw (error instanceof RefusedError && located(file, error.problems)) || error
  }
}
