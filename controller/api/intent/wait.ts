import { formatDpid } from '../../engine/index.ts'
import type { IntentResult } from '../../state/index.ts'
import type { ApiContext } from '../context.ts'
import { ApiError } from '../errors.ts'

/** Milliseconds in which hosts are to confirm. */
const deadline = 30_000
const gatewayTimeout = 504

const networksOf = ({ outcomes }: IntentResult): ReadonlySet<string> =>
  new Set(
    outcomes
      .filter(({ action }) => action !== 'unchanged')
      .flatMap(({ kind, id, before, after }) =>
        kind === 'network' ? [id] : [before, after].flatMap((one) => (one && 'network' in one ? [one.network] : [])),
      ),
  )

type Place = readonly [network: string, dpid: bigint]

const placesIn = ({ engine }: ApiContext): Place[] =>
  [...engine.model.sites.entries()].map(([, { network, dpid }]) => [network, dpid])

/** What concerns networks only by what they name: then all hosts are waited for. */
const isWide = ({ outcomes }: IntentResult): boolean =>
  outcomes.some(
    ({ kind, action }) => action !== 'unchanged' && !(kind === 'network' || kind === 'subnet' || kind === 'port'),
  )

/**
 * Does a change, and where that is asked for waits until the hosts have confirmed that have a part in
 * its networks, or had.
 *
 * @throws ApiError naming the hosts that have not; the change is done nevertheless
 */
export const doAndWait = async (
  context: ApiContext,
  wait: boolean,
  work: () => Promise<IntentResult>,
): Promise<IntentResult> => {
  if (!wait) return work()
  const before = placesIn(context)
  const result = await work()
  await context.reached?.(result.revision)
  const networks = networksOf(result)
  const concerned = [...before, ...placesIn(context)].filter(([network]) => networks.has(network))
  const dpids = isWide(result) ? undefined : new Set(concerned.map(([, dpid]) => dpid))
  const late = await context.engine.confirmed(deadline, dpids)
  if (late.length === 0) return result
  const list = late.map(formatDpid).join(', ')
  throw new ApiError(
    gatewayTimeout,
    `it is done, as revision ${result.revision}, but not confirmed within ${deadline / 1000} s by switch ${list}`,
  )
}
