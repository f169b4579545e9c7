import {
  type AppOrder,
  describeEntry,
  describeFlow,
  describeParts,
  describePort,
  type Finding,
  type HostedApp,
  type InstalledFlow,
  type LiveSwitch,
  type LiveSwitch10,
  type Operation,
  sourceText,
} from '../engine/index.ts'

/** OFPP_LOCAL: the port that has the bridge's name. */
const LOCAL = 0xffff_fffe

export const cookieText = (cookie: bigint): string => `0x${cookie.toString(16).padStart(16, '0')}`

const cookieOf = ({ cookieHigh, cookieLow }: Claimed['owner']): bigint =>
  (BigInt(cookieHigh) << 32n) | BigInt(cookieLow)

/** The bridge's name, as Open vSwitch gives it to the local port. */
export const bridgeOf = ({ session }: LiveSwitch | LiveSwitch10): string => session.ports.get(LOCAL)?.name ?? ''

const count = (lists: Iterable<readonly [unknown, readonly unknown[]]>): number =>
  [...lists].reduce((sum, [, list]) => sum + list.length, 0)

export const switchView = (live: LiveSwitch) => {
  const { session, desired, keeper } = live
  const { address, software, hardware, tables, buffers, capabilities } = session.info
  return {
    ...{ dpid: session.name, openflow: '1.3', bridge: bridgeOf(live), address, software, hardware },
    since: new Date(session.since).toISOString(),
    inSync: keeper.inSync,
    ports: session.ports.size,
    flows: desired.flows.size,
    groups: desired.groups.size,
    meters: desired.meters.size,
    refused: count(desired.flows.refused()) + count(desired.groups.refused()) + count(desired.meters.refused()),
    foreign: keeper.foreign.size,
    kept: keeper.kept.size,
    ...{ tables, buffers, capabilities },
  }
}

/** A switch of OpenFlow 1.0 has no rules, and none of what they need. */
export const switchView10 = (live: LiveSwitch10): ReturnType<typeof switchView> => {
  const { session } = live
  const { address, software, hardware, tables, buffers } = session.info
  return {
    ...{ dpid: session.name, openflow: '1.0', bridge: bridgeOf(live), address, software, hardware },
    since: new Date(session.since).toISOString(),
    inSync: true,
    ports: session.ports.size,
    ...{ flows: 0, groups: 0, meters: 0, refused: 0, foreign: 0, kept: 0 },
    ...{ tables, buffers, capabilities: { bundles: false, nicira: false, meters: 0, groups: 0 } },
  }
}

export const portViews = ({ session }: LiveSwitch | LiveSwitch10) =>
  [...session.ports.values()]
    .sort((a, b) => a.portNo - b.portNo)
    .map((port) => ({ dpid: session.name, ...describePort(port) }))

type FlowClaim = NonNullable<ReturnType<LiveSwitch['desired']['flows']['get']>>
type EntryClaim = NonNullable<ReturnType<LiveSwitch['desired']['groups' | 'meters']['get']>>
type Claimed = FlowClaim | EntryClaim

const ownerView = ({ app, rule, object }: Claimed['owner']) => ({ app, rule, object })

export const flowView = (live: LiveSwitch, { thing, owner }: FlowClaim) => ({
  dpid: live.session.name,
  ...describeFlow(thing, owner.cookieHigh, owner.cookieLow),
  cookie: cookieText(cookieOf(owner)),
  ...ownerView(owner),
  ...(thing.drop === undefined ? {} : { drop: thing.drop }),
})

export const foreignView = (live: LiveSwitch, flow: InstalledFlow) => ({
  dpid: live.session.name,
  ...describeParts(flow),
  cookie: cookieText(flow.cookie),
})

/** A flow of an app that is missing: of what made it, only the app is known. */
export const keptView = (live: LiveSwitch, app: string, flow: InstalledFlow) => ({
  ...foreignView(live, flow),
  ...{ app, rule: '', object: '', missing: true },
})

export const entryView = (live: LiveSwitch, { thing, owner }: EntryClaim) => ({
  dpid: live.session.name,
  id: thing.id,
  text: describeEntry(thing),
  ...ownerView(owner),
})

const noPackets = { delivered: 0, queued: 0, dropped: 0 }

export const appView = ({ name, source, config, remembered, status, failure, instance }: HostedApp) => ({
  ...{ name, source: sourceText(source), status, ...(failure === undefined ? {} : { failure }), remembered },
  config: config as NonNullable<AppOrder['config']>,
  stages: (instance?.app.pipeline ?? []).map((stage, index) => ({
    name: stage,
    table: (instance?.firstTable ?? 0) + index,
  })),
  units: instance?.units.size ?? 0,
  packetIns: { ...(instance?.intake.counts ?? noPackets), waiting: instance?.intake.waiting ?? 0 },
  unsent: instance?.unsent ?? 0,
})

/** FlowCommand numbers, and those of groups and meters. */
const changes = {
  flow: { 0: 'add', 2: 'modify', 4: 'delete' },
  group: { 0: 'add', 1: 'modify', 2: 'delete' },
  meter: { 0: 'add', 1: 'modify', 2: 'delete' },
} as const satisfies Record<Operation['what'], Readonly<Record<number, string>>>

/** A flow, group or meter that is wanted, in ovs-ofctl's syntax. */
export const textOf = ({ thing, owner }: Pick<Operation, 'thing' | 'owner'>): string =>
  'key' in thing ? describeFlow(thing, owner.cookieHigh, owner.cookieLow).text : describeEntry(thing)

export const changeView = (operation: Operation) => ({
  change: (changes[operation.what] as Readonly<Record<number, string>>)[operation.command] ?? 'change',
  what: operation.what,
  text: textOf(operation),
  ...ownerView(operation.owner),
})

export const whyView = ({ is, app, rule, object, cookie, drop, flow }: Finding) => ({
  ...{ is, app, rule, object, cookie: cookieText(cookie), flow },
  ...(drop === undefined ? {} : { drop }),
})
