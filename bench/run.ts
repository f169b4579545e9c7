import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('.', import.meta.url))

/** Every benchmark is a folder here with a main.ts that exports `main(args)`. */
const benchmarks = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && readdirSync(`${folder}${entry.name}`).includes('main.ts'))
  .map((entry) => entry.name)
  .sort()

interface Benchmark {
  readonly main: (args: readonly string[]) => Promise<void>
}

/** The parent of a process (proc(5)); undefined where it cannot be told. */
const parentOf = (pid: number): string | undefined => {
  try {
    return /\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1]
  } catch {
    return undefined
  }
}

const nameOf = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8')
  } catch {
    return ''
  }
}

/** npm that is killed does not say so. It starts a shell, and the shell this; init takes the shell over. */
const endWithNpm = (): void => {
  const starter = (): string | undefined => parentOf(process.ppid)
  const first = starter()
  const isGone = (): boolean => starter() !== first || (first === '1' && !/npm|node/.test(nameOf(1)))
  if (isGone()) process.exit(1)
  setInterval(() => isGone() && process.exit(1), 1_000).unref()
}

if (process.env.npm_lifecycle_event === 'bench') endWithNpm()
const [name, ...args] = process.argv.slice(2)
/** Without a name, all that measure something new. */
const wanted = name === undefined ? benchmarks.filter((one) => one !== 'compare') : [name]
const unknown = wanted.find((one) => !benchmarks.includes(one))
if (unknown !== undefined) {
  console.error(`no benchmark is called ${unknown}; there are: ${benchmarks.join(', ')}`)
  process.exitCode = 2
} else {
  for (const one of wanted) {
    const { main } = (await import(`./${one}/main.ts`)) as Benchmark
    await main(args)
  }
}
