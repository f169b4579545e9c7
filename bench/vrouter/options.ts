import { flag, oneOf, parse, text, whole } from '../support/command-line.ts'

export interface Options {
  /** In the group, and its rules. */
  readonly ports: number
  readonly rules: number
  readonly rounds: number
  /** Of each TCP stream. */
  readonly streams: { readonly rounds: number; readonly seconds: number }
  readonly parts: readonly Part[]
  /** Whether OVN is measured beside heddle, where it is installed. */
  readonly peers: boolean
  readonly save: boolean
}

type Part = 'rules' | 'tcp'

export const usageText = `npm run bench -- vrouter [options]

  --quick        fewer ports, rules and rounds: a minute
  --ports N      ports in the group (1000)
  --rules N      rules for them (1000)
  --rounds R     how often each is measured (5)
  --only heddle  without OVN beside it
  --part rules   rules of the firewall, and flows of all apps
  --part tcp     TCP through bridges of heddle, of OVN and plain ones
  --save         makes this run the baseline, and its tables those of README.md`

const full = { ports: 1_000, rules: 1_000, rounds: 5, streams: { rounds: 5, seconds: 2 } } as const
const quick = { ports: 100, rules: 100, rounds: 2, streams: { rounds: 1, seconds: 1 } } as const
const most = 5_000

/** @throws UsageError */
export const readOptions = (args: readonly string[]): Options => {
  const values = parse(args, {
    ...{ quick: flag, ports: text, rules: text, rounds: text, only: text, part: text, save: flag },
  })
  const usual = values.quick ? quick : full
  const number = (name: 'ports' | 'rules' | 'rounds'): number | undefined =>
    values[name] === undefined ? undefined : whole(name, values[name], 1, most)
  if (values.only !== undefined) oneOf('only', values.only, ['heddle'])
  const rounds = number('rounds')
  return {
    ports: number('ports') ?? usual.ports,
    rules: number('rules') ?? usual.rules,
    rounds: rounds ?? usual.rounds,
    streams: { ...usual.streams, ...(rounds === undefined ? {} : { rounds }) },
    parts: values.part === undefined ? ['rules', 'tcp'] : [oneOf('part', values.part, ['rules', 'tcp'])],
    peers: values.only === undefined,
    save: values.save === true,
  }
}
