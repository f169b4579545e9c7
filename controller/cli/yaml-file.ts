import { readYaml as read, YamlError, type YamlFile } from '../yaml/index.ts'
import { CliError } from './cli-error.ts'

export type { YamlFile } from '../yaml/index.ts'

/** @throws CliError naming the line where it is no YAML */
export const readYaml = (file: string): YamlFile => {
  try {
    return read(file)
  } catch (error) {
    throw error instanceof YamlError ? new CliError(error.message) : error
  }
}
