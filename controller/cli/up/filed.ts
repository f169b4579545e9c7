import { dirname, resolve } from 'node:path'
import { type Problem, problemsOf, problemText } from '../../engine/index.ts'
import { CliError } from '../cli-error.ts'
import { readYaml } from '../yaml-file.ts'
import { Config } from './config-schema.ts'

/** What a file says, with its paths made absolute. */
export interface Filed {
  readonly config: Config
  readonly path: (relative: string) => string
  readonly locate: (problem: Problem) => string
}

const noFile: Filed = { config: {}, path: resolve, locate: problemText }

export const readConfig = (file: string | undefined): Filed => {
  if (file === undefined) return noFile
  const yaml = readYaml(file)
  const problems = problemsOf(Config, yaml.value)
  if (problems.length > 0) throw new CliError(problems.map(yaml.locate).join('\n'))
  return { config: yaml.value as Config, path: (relative) => resolve(dirname(file), relative), locate: yaml.locate }
}

export const mistake = ({ locate }: Filed, path: string, message: string): CliError =>
  new CliError(locate({ path, message }))
