import { number, oneOf, parse, text, unexpected, whole } from '../support/command-line.ts'
import type { Mode, OpenFlowVersion } from './job.ts'
import { external, ownTargets, peers, type Target } from './targets.ts'

export interface Options {
  readonly openflow: OpenFlowVersion
  readonly switches: readonly number[]
  readonly macs: readonly number[]
  readonly mode: Mode
  readonly seconds: number
  readonly repeat: number
  readonly targets: readonly Target[]
  readonly json: string | undefined
  readonly charts: string | undefined
}

export const usageText = `npm run bench -- throughput [options]

  --openflow 1.0|1.3        version that the switches speak (1.3)
  --switches N,N..          numbers of switches, one after the other (16)
  --macs M,M..              source addresses of each switch (1000)
  --mode throughput|latency keep each switch's window full, or one packet-in at a time (throughput)
  --seconds S               seconds that count, after a warm-up (5)
  --repeat R                repetitions, targets taken in turns (3)
  --target HOST:PORT        a controller that runs already, instead of those that come with heddle
  --only NAME,NAME..        of heddle's own: ${ownTargets.map(nameOf).join(', ')}
  --peers NAME,NAME..       others, where installed: ${peers.map(({ target }) => target).join(', ')}
  --json FILE               where to write the results
  --charts FOLDER           where to draw them

npm run bench -- throughput --publish

  the whole sweep that bench/README.md shows, with its tables, its charts and the baseline: ten minutes`

/** `limit`, or `heddle/l2-switch` where a target has several apps. */
export function nameOf({ target, app }: Pick<Target, 'target' | 'app'>): string {
  return target === 'heddle' ? `${target}/${app}` : target
}

const mostSwitches = 10_000
const mostMacs = 1_000_000
const addressForm = /^(\[[0-9a-f:.]+\]|[^:]+):(\d{1,5})$/i

const externalTarget = (text: string): Target => {
  const found = addressForm.exec(text)
  if (!found) throw unexpected('target', text, ['HOST:PORT'])
  return external((found[1] as string).replace(/^\[|\]$/g, ''), whole('target', found[2] as string, 1, 65535))
}

const named = (option: string, text: string, all: readonly Target[]): Target[] =>
  text.split(',').map((name) => {
    const found = all.find((one) => nameOf(one) === name)
    if (!found) throw unexpected(option, name, all.map(nameOf))
    return found
  })

/** @throws UsageError */
export const readOptions = (args: readonly string[]): Options => {
  const values = parse(args, {
    ...{ openflow: text, switches: text, macs: text, mode: text, seconds: text, repeat: text },
    ...{ target: text, only: text, peers: text, json: text, charts: text },
  })
  const list = (name: 'switches' | 'macs', most: number, standard: string): number[] =>
    (values[name] ?? standard).split(',').map((one) => whole(name, one, 1, most))
  const own = values.only === undefined ? ownTargets : named('only', values.only, ownTargets)
  return {
    openflow: oneOf('openflow', values.openflow ?? '1.3', ['1.0', '1.3']),
    switches: list('switches', mostSwitches, '16'),
    macs: list('macs', mostMacs, '1000'),
    mode: oneOf('mode', values.mode ?? 'throughput', ['throughput', 'latency']),
    seconds: number('seconds', values.seconds ?? '5', 0.1, 3600),
    repeat: whole('repeat', values.repeat ?? '3', 1, 100),
    targets: [
      ...(values.target === undefined ? own : [externalTarget(values.target)]),
      ...(values.peers === undefined ? [] : named('peers', values.peers, peers)),
    ],
    json: values.json,
    charts: values.charts,
  }
}
