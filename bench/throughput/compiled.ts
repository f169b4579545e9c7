import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const project = here('./tsconfig.json')
const compiler = here('../../node_modules/.bin/tsc')
/** As the project file says it. Beneath node_modules, so that packages are found from there. */
const folder = here('../../node_modules/.cache/heddle-bench/')

/**
 * Compiles what is measured, as it is at this moment: users run JavaScript, and what compiles
 * TypeScript while it is loaded stays in memory.
 *
 * @throws Error where the compiler fails
 */
export const compileTargets = (): void => {
  rmSync(folder, { recursive: true, force: true })
  execFileSync(compiler, ['-p', project], { stdio: ['ignore', 'ignore', 'inherit'] })
  mkdirSync(folder, { recursive: true })
  writeFileSync(`${folder}package.json`, '{ "type": "module" }\n')
}

/** @param file of bench/throughput, as `targets/limit` */
export const compiled = (file: string): string => `${folder}bench/throughput/${file}.js`
