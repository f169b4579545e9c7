import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cleanAfterwards } from './afterwards.ts'
import { leashed } from './leash.ts'

/** This run's own; beneath node_modules, so that packages are found from there. */
const folder = fileURLToPath(
  new URL(`../../node_modules/.cache/heddle-bench-${process.pid}-${Date.now().toString(36)}/`, import.meta.url),
)

/** The compiler itself: what npm calls `tsc` starts it, and would leave it running. */
const compiler = (): string => {
  const { resolve } = createRequire(createRequire(import.meta.url).resolve('typescript/package.json'))
  return join(dirname(resolve(`@typescript/typescript-${process.platform}-${process.arch}/package.json`)), 'lib', 'tsc')
}

/**
 * Compiles what is measured, as it is at this moment, until this process ends: users run
 * JavaScript, and what compiles TypeScript while it is loaded stays in memory.
 *
 * @param project URL of a tsconfig.json
 * @throws Error where the compiler fails
 */
export const compile = (project: URL): void => {
  cleanAfterwards({ folder })
  const [command, words] = leashed(compiler(), ['-p', fileURLToPath(project), '--outDir', folder])
  execFileSync(command, words, { stdio: ['ignore', 'ignore', 'inherit'] })
  writeFileSync(`${folder}package.json`, '{ "type": "module" }\n')
}

/** @param file below the root of the repository, without its extension */
export const compiledFile = (file: string): string => `${folder}${file}.js`
