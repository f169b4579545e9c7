import {
  describeParts,
  describePort,
  isShortage,
  type LiveSwitch,
  type Operation,
  ownerName,
  usesNormal,
} from '../../engine/index.ts'
import type { ApiContext } from '../context.ts'
import type { Diagnosis } from '../schemas.ts'
import { textOf } from '../views.ts'

const portsDown = ({ session }: LiveSwitch): Diagnosis[] =>
  [...session.ports.values()]
    .map(describePort)
    // The bridge's own port is down unless the host uses it.
    .filter(({ port, state }) => state === 'down' && port !== 'LOCAL')
    .map(({ port, name }) => ({
      level: 'warning',
      finding: `port ${port} (${name}) is down`,
      mend: `ip link set ${name} up`,
    }))

/** Whether an app has flows in a table. */
const isOurs = ({ engine }: ApiContext, table: number): boolean =>
  [...engine.apps.values()].some(
    ({ firstTable, app }) => table >= firstTable && table < firstTable + app.pipeline.length,
  )

const foreign = (context: ApiContext, { keeper, session }: LiveSwitch, bridge: string): Diagnosis[] => {
  const flows = [...keeper.foreign.values()]
  const bypasses = flows.filter((flow) => usesNormal(flow) && isOurs(context, flow.tableId))
  const found: Diagnosis[] = bypasses.map((flow) => {
    const { table, priority, match } = describeParts(flow)
    const which = [`table=${table}`, `priority=${priority}`, ...(match === '' ? [] : [match])].join(',')
    return {
      level: 'error',
      finding: `somebody else's flow ${which} hands packets to NORMAL, past the apps`,
      mend: `ovs-ofctl -O OpenFlow13 --strict del-flows ${bridge} '${which}'`,
    }
  })
  const others = flows.length - bypasses.length
  if (others === 0) return found
  const finding = `it holds ${others} flow${others === 1 ? '' : 's'} that others made; they are left alone`
  return [...found, { level: 'note', finding, mend: `heddle get foreign --dpid ${session.name}` }]
}

const kinds = ['meter', 'group', 'flow'] as const
type Refused = Pick<Operation, 'what' | 'owner' | 'thing'>

/** What the switch refused, by app: meters and groups first, for want of which flows are refused. */
const refusedByApp = ({ desired }: LiveSwitch): Map<string, Refused[]> => {
  const apps = new Map<string, Refused[]>()
  for (const what of kinds) {
    for (const [, claims] of desired[`${what}s`].refused()) {
      for (const { thing, owner } of claims) {
        const one = { what, thing, owner }
        const others = apps.get(owner.app)
        if (others) others.push(one)
        else apps.set(owner.app, [one])
      }
    }
  }
  return apps
}

/** `1 group and 20 flows` */
const countText = (list: readonly Refused[]): string =>
  kinds
    .map((kind) => [list.filter(({ what }) => what === kind).length, kind] as const)
    .filter(([count]) => count > 0)
    .map(([count, kind]) => `${count} ${kind}${count === 1 ? '' : 's'}`)
    .join(' and ')

/** Characters of what was refused: its match may be long, and its actions longer. */
const longest = 120

const refused = (live: LiveSwitch): Diagnosis[] =>
  [...refusedByApp(live)].flatMap(([app, list]) => {
    const [first] = list
    if (!first) return []
    const errorName = live.keeper.lastError(first.what, app)
    const isFull = errorName !== undefined && isShortage(errorName)
    const text = textOf(first)
    const finding = [
      `it ${isFull ? 'has no room for' : 'refuses'} ${countText(list)} of app ${app}`,
      ...(errorName === undefined ? [] : [` (${errorName})`]),
      isFull ? ', and they are tried again' : ' until its rules are corrected',
      `; the first, of ${ownerName(first.owner)}: `,
      text.length > longest ? `${text.slice(0, longest)}…` : text,
    ].join('')
    return [{ level: 'error', finding, ...(isFull ? {} : { mend: `heddle app reload ${app}` }) }]
  })

/** What stands in a switch that should not, and what should and does not. */
export const contents = (context: ApiContext, live: LiveSwitch, bridge: string): Diagnosis[] => [
  ...foreign(context, live, bridge),
  ...refused(live),
  ...portsDown(live),
]
