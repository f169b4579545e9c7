import { PortConfig } from '../../../controller/openflow/messages/port.ts'
import type { Passage } from '../pipeline/passage.ts'
import { tunnelOf } from './tunnel.ts'

const wholeFrame = 0xffff_ffff

/** Sends the packet out by a port, whichever it came in by; `maxLen` cuts it. */
export const send = (passage: Passage, number: number, maxLen = wholeFrame): void => {
  const port = passage.datapath.ports.get(number)
  if (port === undefined) {
    passage.note('no such port')
    return
  }
  if (port.has(PortConfig.NO_FWD)) {
    passage.note('the port is set not to forward')
    return
  }
  const frame = passage.commit().subarray(0, maxLen)
  passage.report.outputs.push({
    port: number,
    frame,
    ...(port.tunnel ? { tunnel: tunnelOf(passage) } : {}),
    ...(passage.queueId === undefined ? {} : { queueId: passage.queueId }),
  })
}

/** To all ports but the one that the packet came in by, and those that take no floods. */
export const flood = (passage: Passage): void => {
  for (const port of passage.datapath.ports) {
    if (port.number !== passage.inPort && !port.has(PortConfig.NO_FWD)) send(passage, port.number)
  }
}
