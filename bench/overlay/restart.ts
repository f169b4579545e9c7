import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ovsEnvironment } from '../../topology/ovs/daemons.ts'
import { type BenchHost, integrationBridge } from '../two-hosts/host.ts'
import type { Lab } from '../two-hosts/lab.ts'
import type { Target } from './targets/target.ts'

/** What became of the flows while what programs the hosts was killed and started again. */
export interface Restart {
  readonly ports: number
  /** Flows of both hosts before, and the fewest that were seen. */
  readonly before: number
  readonly fewest: number
  readonly after: number
  /** Flows that were reported to be deleted; they may have come back at once. */
  readonly deleted: number
  /** Changes sent, where it is known. */
  readonly messages: number | undefined
  /** Milliseconds from the kill until both hosts had confirmed. */
  readonly took: number
}

/** Milliseconds. */
const every = 50
/** How long is watched after all is confirmed. */
const aftermath = 2_000

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

/** Counts flows that somebody deletes, as the switch reports them. */
const watchDeletions = ({ ovs }: BenchHost) => {
  const target = `unix:${join(ovs.directory, `${integrationBridge}.mgmt`)}`
  const words = ['-O', 'OpenFlow13', 'monitor', target, 'watch:!initial,!add,!modify']
  const env = { ...process.env, ...ovsEnvironment(ovs.directory) }
  const child = spawn('ovs-ofctl', words, { stdio: ['ignore', 'pipe', 'pipe'], env })
  const ended = new Promise((resolve) => child.once('close', resolve))
  let deleted = 0
  for (const output of [child.stdout, child.stderr]) {
    output.on('data', (chunk: Buffer) => {
      deleted += chunk.toString().split('event=DELETED').length - 1
    })
  }
  return {
    /** @throws Error where it has ended before */
    end: async () => {
      if (!child.kill()) throw new Error('ovs-ofctl monitor has ended by itself')
      await ended
      return deleted
    },
  }
}

/** Counts flows over and over, until it is told to end. */
const watchCounts = (lab: Lab, before: number) => {
  let fewest = before
  let watching = true
  const counting = (async () => {
    while (watching) {
      fewest = Math.min(fewest, sum(await lab.flowCounts()))
      await sleep(every)
    }
  })()
  return {
    end: async () => {
      watching = false
      await counting
      return fewest
    },
  }
}

export const measureRestart = async (lab: Lab, target: Target, ports: number): Promise<Restart> => {
  await lab.quiet()
  const before = sum(await lab.flowCounts())
  const monitors = lab.hosts.map(watchDeletions)
  const counts = watchCounts(lab, before)
  await sleep(every * 2)
  const begin = performance.now()
  const restarted = target.restart().then(async ({ messages }) => {
    const took = performance.now() - begin
    await sleep(aftermath)
    return { messages, took }
  })
  const [outcome] = await Promise.allSettled([restarted])
  const fewest = await counts.end()
  const deleted = sum(await Promise.all(monitors.map(({ end }) => end())))
  if (outcome.status === 'rejected') throw outcome.reason
  return { ports, before, fewest, after: sum(await lab.flowCounts()), deleted, ...outcome.value }
}
