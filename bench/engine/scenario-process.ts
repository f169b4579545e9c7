import { scenarios } from './scenarios.ts'

process.on('disconnect', () => process.exit(1))
const [name, args] = process.argv.slice(2) as [keyof typeof scenarios, string]
const run = scenarios[name] as (...args: unknown[]) => Promise<object>
process.send?.(await run(...(JSON.parse(args) as unknown[])), () => process.exit())
