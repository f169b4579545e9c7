import { FlowModCommand } from '../../../controller/openflow/messages/flow-mod.ts'
import { parseFlowMod } from '../../../controller/openflow/text/flow.ts'
import type { SimSwitch } from '../../sim/index.ts'
import { together } from '../../sim/journal.ts'

/** Makes a switch a learning one, or takes all its flows away. */
export const simFlow = (sw: SimSwitch, isLearning: boolean): void => {
  const flow = isLearning ? parseFlowMod('priority=0,actions=NORMAL') : parseFlowMod('', FlowModCommand.DELETE)
  together((journal) => sw.apply(flow, journal))
}
