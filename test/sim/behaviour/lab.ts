import type { Test } from 'tap'
import {
  type FlowMod,
  FlowModCommand,
  formatMessage,
  type MessageNamed,
  NO_BUFFER,
  Port,
  parseActions,
  parseFlowMod,
  parseGroupMod,
  parseMeterMod,
} from '../../../controller/openflow/index.ts'
import { Meter } from '../../../controller/openflow/messages/meter-band.ts'
import type { Client, Request } from '../support/client.ts'

/** A switch, simulated or real, with ports 1 to 4, that behaviours are shown on. */
export interface Lab {
  readonly client: Client
  /** One more controller. */
  another(): Client
}

/** One behaviour, in the user's terms. */
export interface Behaviour {
  readonly title: string
  readonly run: (t: Test, lab: Lab) => Promise<void>
}

export const zones = [0, 1, 2, 7, 9] as const

/** Takes everything out of the switch. */
export const clear = async ({ client }: Lab): Promise<void> => {
  await client.askAll([
    parseFlowMod('', FlowModCommand.DELETE),
    parseGroupMod('group_id=all,type=all', 2),
    { type: 'meterMod', command: 2, flags: 0, meterId: Meter.ALL, bands: [], xid: 0 },
    ...zones.map((zoneId): Request => ({ type: 'ctFlushZone', zoneId })),
  ])
  client.events.length = 0
}

/** Requests that add flows, groups and meters, each in ovs-ofctl's syntax. */
export const requestOf = (text: string): Request => {
  if (/^meter=/.test(text)) return parseMeterMod(text)
  if (/^group_id=/.test(text)) return parseGroupMod(text)
  return parseFlowMod(text)
}

/** Adds flows, groups and meters, all of which must be taken. */
export const program = async (t: Test, { client }: Lab, ...texts: readonly string[]): Promise<void> => {
  const outcomes = await client.outcomes(texts.map(requestOf))
  for (const [index, outcome] of outcomes.entries()) if (outcome !== 'ok') t.equal(outcome, 'ok', texts[index] ?? '')
}

const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** Waits until `there` gives something; at most a while, generous as other work may use the same processors. */
export const eventually = async <T>(there: () => T | undefined, milliseconds = 20_000): Promise<T | undefined> => {
  const end = Date.now() + milliseconds
  for (;;) {
    const found = there()
    if (found !== undefined || Date.now() > end) return found
    await sleep(5)
  }
}

/** Milliseconds after which nothing more is expected to come. */
const quiet = 60

type PacketIn = MessageNamed<'packetIn'>

/** Sends a frame through the tables as if it came in by a port. */
export const send = async (client: Client, frame: Uint8Array, inPort = 1): Promise<void> => {
  const actions = parseActions('TABLE')
  await client.ask({ type: 'packetOut', bufferId: NO_BUFFER, inPort, actions, data: frame })
}

/** Sends a frame through the tables and gives the packet-ins that it leads to: as many as are expected. */
export const punted = async (
  { client }: Lab,
  frame: Uint8Array,
  count = 1,
  inPort = 1,
): Promise<readonly PacketIn[]> => {
  client.taken('packetIn')
  await send(client, frame, inPort)
  const there = (): number => client.events.filter(({ type }) => type === 'packetIn').length
  if (count === 0) await sleep(quiet)
  else await eventually(() => (there() >= count ? true : undefined))
  return client.taken('packetIn')
}

/** The value of a field in a packet-in's metadata; undefined where it is not there. */
export const told = (packet: PacketIn | undefined, name: string): number | bigint | undefined =>
  packet?.match.find(({ field }) => field.key === name)?.value

/** The flows of the switch without what changes from run to run, in order. */
export const dump = async ({ client }: Lab, text = ''): Promise<readonly string[]> => {
  const { tableId, match, outPort, outGroup, cookie, cookieMask } = parseFlowMod(text, FlowModCommand.DELETE) as FlowMod
  const request = { tableId, match, outPort, outGroup, cookie, cookieMask, flags: 0 }
  const answers = await client.ask({ type: 'flowStatsRequest', ...request })
  const lines = answers.flatMap((answer) =>
    answer.type === 'flowStatsReply' ? formatMessage(answer).split('\n ').slice(1) : [],
  )
  return lines.map((line) => line.replace(/duration=\S+ /, '')).toSorted()
}

export { Port }
