import { formatDpid, type LiveSwitch, parseDpid } from '../engine/index.ts'
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
  if (!live) throw notFound(`no switch ${formatDpid(readDpid(dpid))} is connected`)
  return live
}

/** The switch that is asked for, or all in the order of their ids. */
export const findSwitches = (context: ApiContext, dpid: string | undefined): LiveSwitch[] =>
  dpid === undefined
    ? [...context.engine.switches.values()].sort((a, b) => (a.view.dpid < b.view.dpid ? -1 : 1))
    : [findSwitch(context, dpid)]
