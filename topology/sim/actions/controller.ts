import { ControllerReason, WHOLE_PACKET } from '../../../controller/openflow/actions/controller.ts'
import type { Passage } from '../pipeline/passage.ts'
import type { Some, StepOf } from './executor.ts'

interface PuntSettings {
  readonly reason: number
  readonly controllerId?: number
  readonly maxLen?: number
  readonly userdata?: Uint8Array
  readonly paused?: Passage
}

/** Sends the packet, with all changes so far, to the controllers with an id. */
export const punt = (passage: Passage, settings: PuntSettings): void => {
  const { reason, controllerId = 0, maxLen = WHOLE_PACKET, userdata, paused } = settings
  passage.report.punts.push({
    frame: passage.commit(),
    key: passage.key.slice(),
    reason,
    tableId: passage.tableId,
    cookie: passage.cookie,
    maxLen,
    controllerId,
    ...(userdata === undefined ? {} : { userdata }),
    ...(paused === undefined ? {} : { paused }),
  })
}

const controller2 = (passage: Passage, step: StepOf<'controller2'>): void => {
  const { maxLen = WHOLE_PACKET, controllerId = 0, reason = ControllerReason.ACTION, userdata, meterId } = step
  const { meters, clock } = passage.datapath
  if (meterId !== undefined && !meters.pass(meterId, passage.frame.length, clock.now())) {
    passage.note('dropped by the meter')
    return
  }
  const { tableId, cookie } = passage
  const settings = { reason, controllerId, maxLen, ...(userdata === undefined ? {} : { userdata }) }
  if (!step.pause) {
    punt(passage, settings)
    return
  }
  const frame = passage.commit()
  const key = passage.key.slice()
  const paused = passage.pause()
  passage.report.punts.push({ ...settings, frame, key, tableId, cookie, paused })
}

/** Nicira's ways to the controllers. */
export const controllerExecutors: Some<'controller' | 'controller2'> = {
  controller: (passage, { maxLen, controllerId, reason }) => punt(passage, { maxLen, controllerId, reason }),
  controller2,
}
