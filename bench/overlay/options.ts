import { flag, oneOf, parse, text, whole } from '../support/command-line.ts'
import type { Scale } from './simulated.ts'

export interface Options {
  /** Ports that are there when one more is added. */
  readonly sizes: readonly number[]
  readonly rounds: number
  /** Of simulated hosts; undefined where they are left out. */
  readonly scale: Scale | undefined
  readonly hosts: boolean
  /** Whether OVN is measured beside heddle, where it is installed. */
  readonly peers: boolean
  readonly save: boolean
}

export const usageText = `npm run bench -- overlay [options]

  --quick            fewer ports, rounds and hosts: a minute
  --sizes N,N..      ports that are there when one more is added (10,100,1000,5000)
  --rounds R         how often one more is added at each of them (20)
  --only heddle      without OVN beside it
  --part hosts       two hosts with Open vSwitch, and no simulated ones
  --part simulated   simulated hosts only
  --save             makes this run the baseline, and its tables those of README.md`

const full = {
  sizes: [10, 100, 1_000, 5_000],
  rounds: 20,
  scale: { hosts: 1_000, ports: 50_000, networks: 500, hostsPerNetwork: 10 },
} as const
const quick = {
  sizes: [10, 1_000],
  rounds: 5,
  scale: { hosts: 100, ports: 5_000, networks: 50, hostsPerNetwork: 10 },
} as const

const most = 10_000

/** @throws UsageError */
export const readOptions = (args: readonly string[]): Options => {
  const values = parse(args, { quick: flag, sizes: text, rounds: text, only: text, part: text, save: flag })
  const usual = values.quick ? quick : full
  const part = values.part === undefined ? undefined : oneOf('part', values.part, ['hosts', 'simulated'])
  if (values.only !== undefined) oneOf('only', values.only, ['heddle'])
  const sizes = values.sizes?.split(',').map((one) => whole('sizes', one, 1, most)) ?? usual.sizes
  return {
    sizes: [...sizes].sort((a, b) => a - b),
    rounds: values.rounds === undefined ? usual.rounds : whole('rounds', values.rounds, 1, most),
    scale: part === 'hosts' ? undefined : usual.scale,
    hosts: part !== 'simulated',
    peers: values.only === undefined,
    save: values.save === true,
  }
}
