/** Options of Node for a child process that runs TypeScript. */
export const typescript = ['--import', new URL('../setup/typescript.js', import.meta.url).href] as const
