import { describeParts, describePort, type LiveSwitch, usesNormal } from '../../engine/index.ts'
import type { ApiContext } from '../context.ts'
import type { Diagnosis } from '../schemas.ts'
import { cookieText } from '../views.ts'

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

const refused = ({ desired, session }: LiveSwitch): Diagnosis[] =>
  [...desired.flows.refused()].flatMap(([, claims]) =>
    claims.map(({ owner }) => {
      const cookie = (BigInt(owner.cookieHigh) << 32n) | BigInt(owner.cookieLow)
      return {
        level: 'error',
        finding: `it refused a flow of ${owner.app}/${owner.rule}${owner.object === '' ? '' : ` for ${owner.object}`}`,
        mend: `heddle why ${session.name} ${cookieText(cookie)}`,
      }
    }),
  )

/** What stands in a switch that should not, and what should and does not. */
export const contents = (context: ApiContext, live: LiveSwitch, bridge: string): Diagnosis[] => [
  ...foreign(context, live, bridge),
  ...refused(live),
  ...portsDown(live),
]
