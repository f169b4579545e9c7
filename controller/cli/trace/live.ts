import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type Ask,
  framesLike,
  type HeldFlow,
  type Holdings,
  type Journey,
  type Verdict,
  type WalkPort,
} from '../../../topology/walk/index.ts'
import { CliError } from '../cli-error.ts'
import { lastPort, type TraceQuestion, usualSourcePort } from './question.ts'

/** What a flow of the computed way has counted of the probes. */
export interface ProvedFlow {
  readonly host: string
  readonly flow: HeldFlow
  /** Probes that it should have counted. */
  readonly expected: number
  /** Packets that it has counted since they were sent. */
  readonly grew: number
  /** Packets that it counted in as long a time before, of somebody else. */
  readonly others: number
}

/** What real switches have done with probes, beside what was computed. */
export interface Proof {
  readonly sent: number
  readonly flows: readonly ProvedFlow[]
  /** Packets that the port has sent at which the computed way ends; undefined where it ends at none. */
  readonly out: { readonly host: string; readonly port: string; readonly grew: number } | undefined
  /** Flows that are not on the computed way, and have counted as many packets as were sent. */
  readonly instead: readonly { readonly host: string; readonly flow: HeldFlow }[]
  /** Whether each flow of the computed way has counted all probes, and the port has sent them. */
  readonly agrees: boolean
}

/** Odd, so that it stands out among counts of somebody else. */
const probes = 7
/** Milliseconds that Open vSwitch may take to count, and those that are waited for it at most. */
const countingTime = 1_000
const patience = 4_000
const pollEvery = 250

type Readings = ReadonlyMap<string, Holdings>

const readAll = async (world: Tried, hosts: readonly string[]): Promise<Readings> =>
  new Map(await Promise.all(hosts.map(async (host) => [host, await world.read(host)] as const)))

const countOf = (readings: Readings, host: string): ReadonlyMap<string, number> =>
  new Map((readings.get(host)?.flows ?? []).map(({ text, packets }) => [text, packets]))

const sentBy = (readings: Readings, host: string, port: number): number =>
  readings.get(host)?.ports.find(({ number }) => number === port)?.sent ?? 0

/** Flows of the computed way, with how often one packet meets each. */
const met = ({ walk }: Journey): Map<string, { host: string; flow: HeldFlow; times: number }> => {
  const all = new Map<string, { host: string; flow: HeldFlow; times: number }>()
  for (const { place, steps } of walk.visits) {
    for (const { held } of steps) {
      if (!held) continue
      const key = `${place.host} ${held.text}`
      all.set(key, { host: place.host, flow: held, times: (all.get(key)?.times ?? 0) + 1 })
    }
  }
  return all
}

/** What is tried: it reads what a host's switch holds, and sends frames through it. */
export interface Tried {
  read(host: string): Promise<Holdings>
  inject(host: string, inPort: number, frames: readonly Uint8Array[]): Promise<void>
}

/** The port where a packet has left the switches. */
const exitOf = (verdict: Verdict, from: WalkPort): { host: string; name: string; ofport: number } | undefined => {
  if (verdict.is === 'answered' && from.ofport !== undefined) {
    return { host: verdict.host, name: from.id, ofport: from.ofport }
  }
  if (verdict.is === 'delivered') return { host: verdict.host, name: verdict.port, ofport: verdict.ofport }
  return verdict.is === 'left' ? { host: verdict.host, name: verdict.name, ofport: verdict.ofport } : undefined
}

interface Three {
  readonly before: Readings
  readonly start: Readings
  readonly now: Readings
}

const growth = ({ before, start, now }: Three, host: string, text: string) => {
  const [first = 0, second = 0, third = 0] = [before, start, now].map((one) => countOf(one, host).get(text))
  return { grew: third - second, others: second - first }
}

const insteadOf = ({ start, now }: Three, known: ReadonlySet<string>): Proof['instead'] =>
  [...now].flatMap(([host, { flows }]) => {
    const counts = countOf(start, host)
    return flows
      .filter((flow) => !known.has(`${host} ${flow.text}`))
      .filter(({ text, packets }) => packets - (counts.get(text) ?? 0) === probes)
      .map((flow) => ({ host, flow }))
  })

const proofOf = (journey: Journey, from: WalkPort, three: Three): Proof => {
  const way = met(journey)
  const flows = [...way.values()].map(({ host, flow, times }) => ({
    ...{ host, flow, expected: times * probes, ...growth(three, host, flow.text) },
  }))
  const exit = exitOf(journey.verdict, from)
  const out = exit && {
    ...{ host: exit.host, port: exit.name },
    grew: sentBy(three.now, exit.host, exit.ofport) - sentBy(three.start, exit.host, exit.ofport),
  }
  const agrees = flows.every(({ grew, expected }) => grew >= expected) && (out === undefined || out.grew >= probes)
  return { sent: probes, flows, out, instead: agrees ? [] : insteadOf(three, new Set(way.keys())), agrees }
}

/** Connections of an earlier probe are no new ones: where nobody asks for a port, it is another each time. */
const freshPort = ({ sourcePort }: Ask): number =>
  sourcePort === usualSourcePort ? randomInt(usualSourcePort, lastPort - probes) : sourcePort

/**
 * Sends probes through the real switches, as if the container had, and compares what the flows and the
 * port at the end have counted with the way that was computed.
 *
 * @throws CliError where the packet never left the container
 */
export const prove = async (
  world: Tried,
  { from, ask }: Pick<TraceQuestion, 'from' | 'ask'>,
  journey: Journey,
): Promise<Proof> => {
  const { frame, walk } = journey
  if (!frame || from.host === undefined || from.ofport === undefined) {
    throw new CliError('--live: this packet is never sent, so that there is none to probe with')
  }
  const hosts = [...new Set(walk.visits.filter(({ steps }) => steps.length > 0).map(({ place }) => place.host))]
  const before = await readAll(world, hosts)
  await sleep(countingTime)
  const start = await readAll(world, hosts)
  await world.inject(from.host, from.ofport, framesLike(frame, { ...ask, sourcePort: freshPort(ask) }, probes))
  const end = Date.now() + patience
  for (;;) {
    await sleep(pollEvery)
    const proof = proofOf(journey, from, { before, start, now: await readAll(world, hosts) })
    if (proof.agrees || Date.now() > end) return proof
  }
}
