import { compile, compiledFile } from '../support/compile.ts'

/** Compiles what is measured until this process ends. */
export const compileTargets = (): void => compile(new URL('./tsconfig.json', import.meta.url))

/** @param file of bench/throughput, as `targets/limit` */
export const compiled = (file: string): string => compiledFile(`bench/throughput/${file}`)
