// Plays a case on a switch, simulated or real.
import { integrationTable } from '../../../../controller/flow/index.ts'
import {
  type MessageNamed,
  matchField,
  NO_BUFFER,
  parseActions,
  parseFlowMod,
} from '../../../../controller/openflow/index.ts'
import { encodeEthernet } from '../../../../controller/packet/index.ts'
import type { Client } from '../../../sim/support/client.ts'
import { type Case, type Groups, type Policies, usualGroups, type Verdict } from './case.ts'
import { frameOf } from './frames.ts'
import { World } from './world.ts'

type PacketIn = MessageNamed<'packetIn'>

/** A switch that cases are played on. */
export interface Player {
  readonly client: Client
  /** Resolves when what was changed counts for every packet. */
  settled(): Promise<void>
}

const deliver = integrationTable('deliver')
/** IEEE 802: for local experiments. */
const markerType = 0x88b6
const marker = encodeEthernet({ src: 1, dst: 2, etherType: markerType, payload: new Uint8Array(46) })

const isMarker = ({ data }: PacketIn): boolean => data[12] === markerType >> 8 && data[13] === (markerType & 0xff)

/** Bytes of Ethernet's header. */
const head = 14

/** Whether a packet-in is about a frame, and not about what the machine's own cards say meanwhile. */
const isAbout =
  (frame: Uint8Array) =>
  ({ data }: PacketIn): boolean =>
    frame.subarray(0, head).every((byte, at) => data[at] === byte)

const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** Sends a frame in by a port, and gives what came up until all that could come of it has come. */
const punted = async ({ client }: Player, inPort: number, frame: Uint8Array): Promise<PacketIn[]> => {
  const send = (actions: string, data: Uint8Array) =>
    client.ask({ type: 'packetOut', bufferId: NO_BUFFER, inPort, actions: parseActions(actions), data })
  await send('TABLE', frame)
  await send('controller', marker)
  const found: PacketIn[] = []
  const end = Date.now() + 30_000
  for (;;) {
    found.push(...client.taken('packetIn'))
    if (found.some(isMarker)) return found.filter(isAbout(frame))
    if (Date.now() > end) throw new Error('the switch does not answer')
    await sleep(1)
  }
}

const outPort = ({ match }: PacketIn): number => Number(matchField(match, 'reg2')?.value ?? 0)

const verdictOf = (world: World, packets: readonly PacketIn[], to: number): Verdict => {
  const through = packets.filter((one) => one.tableId === deliver && outPort(one) === to).length
  const rules = packets.flatMap(({ cookie, tableId }) => {
    const rule = tableId === deliver ? undefined : world.model.policyRules.get(world.ruleOf(cookie) ?? '')
    return rule ? [rule] : []
  })
  if (rules.some(({ action, audit }) => action === 'reject' && !audit)) return 'reject'
  const logged = rules.some(({ log }) => log) ? ' log' : ''
  return `${['drop', 'pass'][through] ?? 'pass all'}${logged}` as Verdict
}

/** The switch as cases find it: without policies and connections. What would be delivered is told. */
export const begin = async (player: Player): Promise<World> => {
  const world = new World()
  // Open vSwitch tells such connections of packets only where they say how much of them.
  await player.client.ask({ type: 'setConfig', flags: 0, missSendLen: 0xffff })
  await program(player, world, {}, {})
  const outcome = await player.client.outcome(parseFlowMod(`table=${deliver},priority=60000,actions=controller`))
  if (outcome !== 'ok') throw new Error(outcome)
  return world
}

const program = async (
  { client, settled }: Player,
  world: World,
  groups: Groups,
  policies: Policies,
): Promise<void> => {
  world.want(groups, policies)
  const outcomes = await client.outcomes(world.changes())
  const wrong = outcomes.find((outcome) => outcome !== 'ok')
  if (wrong) throw new Error(`the switch refuses a flow: ${wrong}`)
  await settled()
}

const flush = (client: Client) =>
  client.askAll([1, 2, 3, 4].map((zoneId) => ({ type: 'ctFlushZone', zoneId }) as const))

/** Plays a case; gives its packets with what became of each. */
export const play = async (player: Player, world: World, one: Case): Promise<(readonly [string, Verdict])[]> => {
  let { groups = usualGroups, policies } = one
  await flush(player.client)
  await program(player, world, groups, policies)
  const seen: (readonly [string, Verdict])[] = []
  for (const step of one.steps) {
    if ('policies' in step || 'groups' in step) {
      if ('policies' in step) policies = step.policies
      else groups = step.groups
      await program(player, world, groups, policies)
      continue
    }
    const { frame, from, to } = frameOf(step[0])
    seen.push([step[0], verdictOf(world, await punted(player, from, frame), to)])
  }
  return seen
}
