import { parseArgs } from 'node:util'

export interface Options {
  /** In the group, and its rules. */
  readonly ports: number
  readonly rules: number
  readonly rounds: number
  /** Of each TCP stream. */
  readonly seconds: number
  readonly parts: readonly Part[]
  /** Whether OVN is measured beside heddle, where it is installed. */
  readonly peers: boolean
  readonly save: boolean
}

export type Part = 'rules' | 'tcp'

export class UsageError extends Error {
  override readonly name = 'UsageError'
}

export const usageText = `npm run bench -- vrouter [options]

  --quick        fewer ports, rules and rounds: a minute
  --ports N      ports in the group (1000)
  --rules N      rules for them (1000)
  --rounds R     how often each is measured (5)
  --only heddle  without OVN beside it
  --part rules   rules of the firewall, and flows of all apps
  --part tcp     TCP through bridges of heddle and plain ones
  --save         makes this run the baseline that later ones are compared with`

const full = { ports: 1_000, rules: 1_000, rounds: 5, seconds: 3 } as const
const quick = { ports: 100, rules: 100, rounds: 2, seconds: 1 } as const
const most = 5_000

const number = (name: string, text: string | undefined, usual: number): number => {
  if (text === undefined) return usual
  const value = Number(text)
  if (text.trim() !== '' && Number.isInteger(value) && value > 0 && value <= most) return value
  throw new UsageError(`--${name} ${text}: whole numbers from 1 to ${most} are expected`)
}

const partsOf = (text: string | undefined): readonly Part[] => {
  if (text === undefined) return ['rules', 'tcp']
  if (text === 'rules' || text === 'tcp') return [text]
  throw new UsageError(`--part ${text}: rules or tcp is expected`)
}

const parse = (args: readonly string[]) => {
  const [text, flag] = [{ type: 'string' }, { type: 'boolean' }] as const
  const options = { quick: flag, ports: text, rules: text, rounds: text, only: text, part: text, save: flag }
  try {
    return parseArgs({ args: [...args], options }).values
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

/** @throws UsageError */
export const readOptions = (args: readonly string[]): Options => {
  const values = parse(args)
  const usual = values.quick ? quick : full
  if (values.only !== undefined && values.only !== 'heddle') {
    throw new UsageError(`--only ${values.only}: heddle is expected`)
  }
  return {
    ports: number('ports', values.ports, usual.ports),
    rules: number('rules', values.rules, usual.rules),
    rounds: number('rounds', values.rounds, usual.rounds),
    seconds: usual.seconds,
    parts: partsOf(values.part),
    peers: values.only === undefined,
    save: values.save === true,
  }
}
