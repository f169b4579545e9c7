import { decodeCookie, describeGroup, describeMeter, Flow, isLearned } from '../flow/index.ts'
import type { Port } from '../switch/index.ts'
import type { InstalledFlow } from './app.ts'
import type { Engine } from './engine.ts'
import { readFlows } from './installed.ts'
import type { LiveSwitch } from './live-switch.ts'
import { cookieOf, type Finding } from './why.ts'

/** Who made what a switch holds. */
export type Maker = Pick<Finding, 'app' | 'rule' | 'object' | 'drop'> & {
  readonly is: 'wanted' | 'kept' | 'foreign' | 'cookie'
}

/** A port of a switch, with its counters. */
export interface HeldPort {
  readonly port: Port
  readonly received: bigint
  readonly sent: bigint
}

/** All that decides what a switch does with packets, as it was when it was read. */
export interface Holdings {
  readonly flows: readonly InstalledFlow[]
  /** In ovs-ofctl's syntax. */
  readonly groups: readonly string[]
  readonly meters: readonly string[]
  readonly ports: readonly HeldPort[]
}

const ANY = 0xffff_ffff
/** Milliseconds; as for all that is read as a whole. */
const deadline = 30_000

const nobody = { app: '', rule: '', object: '', drop: undefined } as const

/** By the app's number in the cookie, where nobody wants the flow now. */
const byCookie = (engine: Engine, { cookie }: InstalledFlow): Maker => {
  const app = [...engine.apps.values()].find((one) => one.made({ cookie }))
  if (!app) {
    const missing = engine.missing.nameOf(Number(cookie >> 32n))
    return missing === undefined ? { ...nobody, is: 'foreign' } : { ...nobody, is: 'kept', app: missing }
  }
  const [owner] = isLearned(cookie) ? [] : app.units.ownersOf(decodeCookie(cookie).unit)
  return { ...nobody, is: 'cookie', app: app.app.name, rule: owner?.rule ?? '', object: owner?.object ?? '' }
}

/** Who made a flow that a switch holds. */
export const makerOf = (engine: Engine, { desired }: LiveSwitch, flow: InstalledFlow): Maker => {
  const claim = desired.flows.get(Flow.reported(flow).key)
  if (!claim || cookieOf(claim.owner) !== flow.cookie) return byCookie(engine, flow)
  const { app, rule, object } = claim.owner
  return { is: 'wanted', app, rule, object, drop: claim.thing.drop }
}

const readGroups = async ({ session: { connection, info } }: LiveSwitch): Promise<string[]> => {
  if (info.capabilities.groups === 0) return []
  const { groups } = await connection.request({ type: 'groupDescRequest', flags: 0 }, 'groupDescReply', deadline)
  return groups.map(describeGroup)
}

const readMeters = async ({ session: { connection, info } }: LiveSwitch): Promise<string[]> => {
  if (info.capabilities.meters === 0) return []
  const request = { type: 'meterConfigRequest', flags: 0, meterId: ANY } as const
  const { meters } = await connection.request(request, 'meterConfigReply', deadline)
  return meters.map(describeMeter)
}

const readPorts = async ({ session: { connection, ports } }: LiveSwitch): Promise<HeldPort[]> => {
  const request = { type: 'portStatsRequest', flags: 0, portNo: ANY } as const
  const { ports: counted } = await connection.request(request, 'portStatsReply', deadline)
  return counted.flatMap(({ portNo, rxPackets, txPackets }) => {
    const port = ports.get(portNo)
    return port ? [{ port, received: rxPackets, sent: txPackets }] : []
  })
}

/**
 * Reads from a switch what it does with packets, flows of others too.
 *
 * @throws SwitchError where the switch does not answer
 */
export const readHoldings = async (live: LiveSwitch): Promise<Holdings> => {
  const [flows, groups, meters, ports] = await Promise.all([
    readFlows(live.session),
    readGroups(live),
    readMeters(live),
    readPorts(live),
  ])
  return { flows, groups, meters, ports }
}
