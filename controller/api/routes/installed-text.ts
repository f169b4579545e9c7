import { Readable } from 'node:stream'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { describeParts, type Holdings, type LiveSwitch, makerOf } from '../../engine/index.ts'
import type { ApiContext } from '../context.ts'
import { cookieText } from '../views.ts'

/** Flows written between looks at what else there is to do: some ten milliseconds' worth. */
const perTurn = 500

/** Bits of a port's configuration and state (OpenFlow 1.3.5 §7.2.1). */
const PORT_DOWN = 1
const LINK_DOWN = 1

const portView = ({ port, received, sent }: Holdings['ports'][number]) => ({
  ...{ number: port.portNo, name: port.name },
  up: (port.config & PORT_DOWN) === 0 && (port.state & LINK_DOWN) === 0,
  ...{ received: Number(received), sent: Number(sent) },
})

const flowView = ({ engine }: ApiContext, live: LiveSwitch, flow: Holdings['flows'][number]) => {
  const { drop, ...maker } = makerOf(engine, live, flow)
  const { table, text } = describeParts(flow)
  const { cookie, packetCount } = flow
  return {
    ...{ table, text, ...maker, cookie: cookieText(cookie), packets: Number(packetCount) },
    ...(drop === undefined ? {} : { drop }),
  }
}

async function* installedText(context: ApiContext, live: LiveSwitch, holdings: Holdings): AsyncGenerator<string> {
  const { flows, groups, meters, ports } = holdings
  const refused = [...live.desired.flows.refused()].length
  const rest = { groups, meters, ports: ports.map(portView) }
  const head = { dpid: live.session.name, inSync: live.keeper.inSync, refused, ...rest }
  yield `${JSON.stringify(head).slice(0, -1)},"flows":[`
  for (let at = 0; at < flows.length; at += perTurn) {
    if (at > 0) await nextTurn()
    const some = flows.slice(at, at + perTurn).map((flow) => JSON.stringify(flowView(context, live, flow)))
    yield `${at === 0 ? '' : ','}${some.join()}`
  }
  yield ']}'
}

/** All that a switch holds as JSON, a piece at a time: there may be a million flows. */
export const installedStream = (context: ApiContext, live: LiveSwitch, holdings: Holdings): Readable =>
  Readable.from(installedText(context, live, holdings))
