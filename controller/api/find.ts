import { formatDpid, type LiveSwitch, type LiveSwitch10, parseDpid } from '../engine/index.ts'
import type { ApiContext } from './context.ts'
import { badField, notFound } from './errors.ts'

const readDpid = (text: string): bigint => {
  try {
    return parseDpid(text)
  } catch (error) {
    throw badField('dpid', (error as Error).message)
  }
}

/** @throws ApiError where no such switch is connected */
export const findSwitch = ({ engine }: ApiContext, dpid: string): LiveSwitch => {
  const live = engine.switches.get(readDpid(dpid))
  const name = formatDpid(readDpid(dpid))
  if (engine.switches10.live.has(readDpid(dpid))) {
    throw notFound(`switch ${name} speaks OpenFlow 1.0, and holds no flows of apps; heddle doctor says how to mend it`)
  }
  if (!live) throw notFound(`no switch ${name} is connected`)
  return live
}

/** The switch of OpenFlow 1.0 that is asked for, if it is one, or all in the order of their ids. */
export const findSwitches10 = ({ engine }: ApiContext, dpid: string | undefined): LiveSwitch10[] =>
  [...engine.switches10.live.values()]
    .filter(({ view }) => dpid === undefined || view.dpid === readDpid(dpid))
    .sort((a, b) => (a.view.dpid < b.view.dpid ? -1 : 1))

/** The switch that is asked for, or all in the order of their ids. */
export const findSwitches = (context: ApiContext, dpid: string | undefined): LiveSwitch[] =>
  dpid === undefined
    ? [...context.engine.switches.values()].sort((a, b) => (a.view.dpid < b.view.dpid ? -1 : 1))
    : [findSwitch(context, dpid)]
