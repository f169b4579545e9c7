import { readYaml as read, readYamlDocuments as readAll, YamlError, type YamlFile } from '../yaml/index.ts'
import { CliError } from './cli-error.ts'

export type { YamlFile } from '../yaml/index.ts'

const orComplain = <T>(work: () => T): T => {
  try {
    return work()
  } catch (error) {
    throw error instanceof YamlError ? new CliError(error.message) : error
  }
}

/** @throws CliError naming the line where it is no YAML */
export const readYaml = (file: string): YamlFile => orComplain(() => read(file))

/**
 * All documents of a file; `-` is the standard input.
 *
 * @throws CliError naming the line where it is no YAML
 */
export const readYamlDocuments = (file: string): YamlFile[] => orComplain(() => readAll(file))
