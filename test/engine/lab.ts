import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { Engine, type EngineOptions } from '../../controller/index.ts'
import { type Container, OvsHost } from '../../topology/ovs/host.ts'

/** One line of an engine's reports. */
export interface Told {
  readonly level: string
  readonly message: string
  readonly about: Readonly<Record<string, unknown>>
  /** Milliseconds, as performance.now(). */
  readonly at: number
}

/** An engine for a test, with all that it has reported. */
export interface Running {
  readonly engine: Engine
  readonly told: Told[]
}

/** Milliseconds: generous, as other work may use the same processors. */
const patience = 60_000

/** Waits until something is so, and gives the milliseconds that it took. */
export const until = async (
  what: string,
  isSo: () => boolean | Promise<boolean>,
  deadline = patience,
): Promise<number> => {
  const started = performance.now()
  while (!(await isSo())) {
    if (performance.now() - started > deadline) throw new Error(`${what}: not within ${deadline} ms`)
    await sleep(5)
  }
  return performance.now() - started
}

export const sleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds))

/** An engine that is stopped at the end of the test. */
export const engineFor = (t: Test, options: Omit<EngineOptions, 'report'> = {}): Running => {
  const told: Told[] = []
  const engine = new Engine({
    ...options,
    report: (level, message, about = {}) => told.push({ level, message, about, at: performance.now() }),
  })
  t.teardown(() => engine.stop())
  return { engine, told }
}

/** Reports whose message matches. */
export const toldOf = ({ told }: Running, pattern: RegExp): Told[] =>
  told.filter(({ message }) => pattern.test(message))

/** Times that a switch was said to hold what it should. */
export const synced = (running: Running): number => toldOf(running, /holds what it should/).length

/** Three characters that tell this run of the tests from others at the same time. */
export const ofThisRun = (process.pid % 36 ** 3).toString(36)

/**
 * An Open vSwitch host that is removed at the end of the test.
 *
 * @param name at most 5 characters, of this test alone
 */
export const hostFor = async (t: Test, name: string): Promise<OvsHost> => {
  const host = new OvsHost(name + ofThisRun, await mkdtemp(join(tmpdir(), `hd-${name}-`)))
  t.teardown(() => host.stop())
  await host.start()
  return host
}

/** Where a host's bridges find the controller. */
export const socketOf = (host: OvsHost): string => join(host.directory, 'of.sock')

/** Has a bridge connect to a controller at a unix socket. */
export const connectBridge = async (host: OvsHost, bridge: string, socket = socketOf(host)): Promise<void> => {
  await host.vsctl('set-controller', bridge, `unix:${socket}`, '--', 'set', 'controller', bridge, 'max_backoff=1000')
}

const counters = /duration=[^,]*, |n_packets=\d+, |n_bytes=\d+, |idle_age=\d+, |reset_counts /g

/** The cookie of flows that a switch makes by itself, for some seconds, as a flow of ours tells it to. */
const learned = /^ *cookie=0x[0-9a-f]+ffffffff,/

/**
 * Flows of a bridge as ovs-ofctl prints them but for the counters, each with the seconds that it has been there; without
 * those that the switch has made by itself.
 */
export const agesOf = async (host: OvsHost, bridge: string): Promise<Map<string, number>> => {
  const dump = await host.ofctl('dump-flows', bridge)
  const lines = dump.split('\n').filter((line) => line.includes('cookie=') && !learned.test(line))
  const ageOf = (line: string): number => Number(/duration=([\d.]+)s/.exec(line)?.[1])
  return new Map(lines.map((line) => [line.replace(counters, '').trim(), ageOf(line)]))
}

/** Flows of a bridge as ovs-ofctl prints them but for the counters. */
export const flowsOf = async (host: OvsHost, bridge: string): Promise<string[]> =>
  [...(await agesOf(host, bridge)).keys()].sort()

export interface PingResult {
  readonly sent: number
  readonly lost: number
}

/** The numbers of the pings that were answered, by what ping(8) has printed, in order. */
export const answeredIn = (printed: string): number[] => {
  const numbers = [...printed.matchAll(/icmp_seq=(\d+) .*time=/g)].map(([, number]) => Number(number))
  return [...new Set(numbers)].sort((a, b) => a - b)
}

/** Seconds until as many must have been answered as were asked for. */
const pingDeadline = 25

/**
 * Pings from a container, and counts which of the first `count` were not answered. With a deadline ping(8) goes on until
 * as many were; without one it waits no longer for the last than twice as long as for others, however late they are.
 *
 * @param interval seconds
 * @throws CommandError where not so many are answered
 */
export const pinged = async (
  host: OvsHost,
  from: Container,
  address: string,
  count: number,
  interval = 0.1,
): Promise<PingResult> => {
  const words = ['-n', '-c', String(count), '-i', String(interval), '-w', String(pingDeadline)]
  const answered = answeredIn(await host.inside(from, 'ping', ...words, address))
  return { sent: count, lost: count - answered.filter((number) => number <= count).length }
}
