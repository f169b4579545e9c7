import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { cleanAfterwards } from './afterwards.ts'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const compiler = here('../../node_modules/.bin/tsc')
/** This run's own; beneath node_modules, so that packages are found from there. */
const folder = here(`../../node_modules/.cache/heddle-bench-${process.pid}-${Date.now().toString(36)}/`)

/**
 * Compiles what is measured, as it is at this moment, until this process ends: users run
 * JavaScript, and what compiles TypeScript while it is loaded stays in memory.
 *
 * @param project URL of a tsconfig.json
 * @throws Error where the compiler fails
 */
export const compile = (project: URL): void => {
  cleanAfterwards({ folder })
  execFileSync(compiler, ['-p', fileURLToPath(project), '--outDir', folder], { stdio: ['ignore', 'ignore', 'inherit'] })
  writeFileSync(`${folder}package.json`, '{ "type": "module" }\n')
}

/** @param file below the root of the repository, without its extension */
export const compiledFile = (file: string): string => `${folder}${file}.js`
