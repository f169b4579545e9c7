import { execFileSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const project = here('./tsconfig.json')
const compiler = here('../../node_modules/.bin/tsc')
/** This process's own; beneath node_modules, so that packages are found from there. */
const folder = here(`../../node_modules/.cache/heddle-bench-${process.pid}/`)

/**
 * Compiles what is measured, as it is at this moment, until this process ends: users run
 * JavaScript, and what compiles TypeScript while it is loaded stays in memory.
 *
 * @throws Error where the compiler fails
 */
export const compileTargets = (): void => {
  execFileSync(compiler, ['-p', project, '--outDir', folder], { stdio: ['ignore', 'ignore', 'inherit'] })
  writeFileSync(`${folder}package.json`, '{ "type": "module" }\n')
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
}

/** @param file of bench/throughput, as `targets/limit` */
export const compiled = (file: string): string => `${folder}bench/throughput/${file}.js`
