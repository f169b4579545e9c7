import { parseArgs } from 'node:util'
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

export class UsageError extends Error {
  override readonly name = 'UsageError'
}

export const usageText = `npm run bench -- overlay [options]

  --quick            fewer ports, rounds and hosts: a minute
  --sizes N,N..      ports that are there when one more is added (10,100,1000,5000)
  --rounds R         how often one more is added at each of them (20)
  --only heddle      without OVN beside it
  --part hosts       two hosts with Open vSwitch, and no simulated ones
  --part simulated   simulated hosts only
  --save             makes this run the baseline that later ones are compared with`

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

const number = (name: string, text: string): number => {
  const value = Number(text)
  if (text.trim() !== '' && Number.isInteger(value) && value > 0 && value <= most) return value
  throw new UsageError(`--${name} ${text}: whole numbers from 1 to ${most} are expected`)
}

const oneOf = <const T extends string>(name: string, text: string | undefined, words: readonly T[]): T | undefined => {
  const found = words.find((word) => word === text)
  if (text !== undefined && found === undefined) {
    throw new UsageError(`--${name} ${text}: ${words.join(' or ')} is expected`)
  }
  return found
}

const parse = (args: readonly string[]) => {
  const [text, flag] = [{ type: 'string' }, { type: 'boolean' }] as const
  const options = { quick: flag, sizes: text, rounds: text, only: text, part: text, save: flag }
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
  const part = oneOf('part', values.part, ['hosts', 'simulated'])
  const sizes = values.sizes?.split(',').map((one) => number('sizes', one)) ?? usual.sizes
  return {
    sizes: [...sizes].sort((a, b) => a - b),
    rounds: values.rounds === undefined ? usual.rounds : number('rounds', values.rounds),
    scale: part === 'hosts' ? undefined : usual.scale,
    hosts: part !== 'simulated',
    peers: oneOf('only', values.only, ['heddle']) === undefined,
    save: values.save === true,
  }
}
