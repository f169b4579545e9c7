import { Port } from '../../../controller/openflow/fields/port-text.ts'
import { PacketInReason } from '../../../controller/openflow/messages/packet.ts'
import type { Passage } from '../pipeline/passage.ts'
import { punt } from './controller.ts'
import type { Some } from './executor.ts'
import { readField } from './field-access.ts'
import { normal } from './normal.ts'
import { flood, send } from './send.ts'

/** A table-miss flow is said to be no match (OpenFlow 1.3.5 §7.4.1), but not for a controller's own packet. */
const toController = (passage: Passage, maxLen: number): void => {
  const entry = passage.level?.entry
  const isMiss = entry !== undefined && entry.priority === 0 && entry.match.length === 0 && !passage.fromController
  punt(passage, { reason: isMiss ? PacketInReason.NO_MATCH : PacketInReason.ACTION, maxLen })
}

/** Output to a port by number or reserved number (OpenFlow 1.3.5 §4.5). */
export const output = (passage: Passage, port: number, maxLen: number): void => {
  switch (port) {
    case Port.IN_PORT:
      send(passage, passage.inPort)
      break
    case Port.TABLE:
      passage.table(0)
      break
    case Port.NORMAL:
      normal(passage)
      break
    case Port.FLOOD:
    case Port.ALL:
      flood(passage)
      break
    case Port.CONTROLLER:
      toController(passage, maxLen)
      break
    case Port.ANY:
      break
    default:
      // A packet goes back where it came from only if told so by IN_PORT.
      if (port === passage.inPort) passage.note('not back to the input port')
      else send(passage, port)
  }
}

/** Output to the port whose number a field holds; 16-bit numbers of reserved ports count too. */
const outputFrom = (passage: Passage, value: bigint | undefined, maxLen: number): void => {
  if (value === undefined || value > 0xffff_ffffn) return
  const number = Number(value)
  output(passage, number >= 0xff00 && number <= 0xffff ? number + 0xffff_0000 : number, maxLen)
}

/** Actions that send the packet to ports. */
export const outputExecutors: Some<
  'output' | 'outputReg' | 'outputReg2' | 'outputTrunc' | 'setQueue' | 'nxSetQueue' | 'popQueue'
> = {
  output: (passage, { port, maxLen }) => output(passage, port, maxLen),
  outputReg: (passage, { src, maxLen }) => outputFrom(passage, readField(passage, src), maxLen),
  outputReg2: (passage, { src, maxLen }) => outputFrom(passage, readField(passage, src), maxLen),
  outputTrunc(passage, { port, maxLen }) {
    const target = port === Port.IN_PORT ? passage.inPort : port
    if (port === passage.inPort) passage.note('not back to the input port')
    else send(passage, target, maxLen)
  },
  setQueue(passage, { queueId }) {
    passage.queueId = queueId
  },
  nxSetQueue(passage, { queueId }) {
    passage.queueId = queueId
  },
  popQueue(passage) {
    passage.queueId = undefined
  },
}
