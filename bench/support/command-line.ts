import { type ParseArgsConfig, parseArgs } from 'node:util'

/** A mistake in the command line. */
class UsageError extends Error {
  override readonly name = 'UsageError'
}

type Known = NonNullable<ParseArgsConfig['options']>
type Values<Options extends Known> = ReturnType<typeof parseArgs<{ readonly options: Options }>>['values']

/** For `parseArgs`: an option that takes a word, and one that takes none. */
export const [text, flag] = [{ type: 'string' }, { type: 'boolean' }] as const

/** @throws UsageError for what is not known, or lacks its word */
export const parse = <const Options extends Known>(args: readonly string[], options: Options): Values<Options> => {
  try {
    return parseArgs({ args: [...args], options }).values
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

/** @throws UsageError unless it is a number of this range */
export const number = (name: string, text: string, least: number, most: number): number => {
  const value = Number(text)
  if (text.trim() !== '' && value >= least && value <= most) return value
  throw new UsageError(`--${name} ${text}: a number from ${least} to ${most} is expected`)
}

/** @throws UsageError unless it is a whole number of this range */
export const whole = (name: string, text: string, least: number, most: number): number => {
  const value = number(name, text, least, most)
  if (Number.isInteger(value)) return value
  throw new UsageError(`--${name} ${text}: a whole number is expected`)
}

/** @throws UsageError unless it is one of these words */
export const oneOf = <const Word extends string>(name: string, text: string, words: readonly Word[]): Word => {
  const found = words.find((word) => word === text)
  if (found === undefined) throw unexpected(name, text, words)
  return found
}

/** Says what is expected instead. */
export const unexpected = (name: string, text: string, words: readonly string[]): Error =>
  new UsageError(`--${name} ${text}: ${words.length === 1 ? '' : 'one of '}${words.join(', ')} is expected`)

/** The `main` of a benchmark: shows its usage where that is asked for, or where the command line is not understood. */
export const mainOf =
  (usageText: string, run: (args: readonly string[]) => Promise<void>) =>
  async (args: readonly string[]): Promise<void> => {
    if (args.includes('--help')) {
      console.log(usageText)
      return
    }
    try {
      await run(args)
    } catch (error) {
      if (!(error instanceof UsageError)) throw error
      console.error(`${error.message}\n\n${usageText}`)
      process.exitCode = 2
    }
  }
