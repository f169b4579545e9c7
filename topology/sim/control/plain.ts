import type { Action } from '../../../controller/openflow/actions/actions.ts'
import { standardKinds } from '../../../controller/openflow/actions/standard.ts'
import { OxmClass } from '../../../controller/openflow/fields/field.ts'
import type { Match, Oxm } from '../../../controller/openflow/fields/oxm.ts'
import type { Instruction } from '../../../controller/openflow/instructions/instructions.ts'
import type { Message } from '../../../controller/openflow/messages/messages.ts'
import { ProtocolError } from '../../../controller/openflow/wire/errors.ts'
import { bundleHandlers } from './bundles.ts'
import { monitorHandlers } from './monitors.ts'
import { niciraHandlers } from './nicira.ts'

// A switch that has what OpenFlow 1.3 says, and no extension of Open vSwitch or the ONF.

const extensions: ReadonlySet<string> = new Set(
  [niciraHandlers, bundleHandlers, monitorHandlers].flatMap((handlers) => Object.keys(handlers)),
)

const standardActions: ReadonlySet<string> = new Set([...standardKinds.map(({ name }) => name), 'setField'])

const isStandard = ({ code }: Oxm): boolean => code.class === OxmClass.OPENFLOW_BASIC

const checkMatch = (match: Match): void => {
  const other = match.find((oxm) => !isStandard(oxm))
  if (other) throw new ProtocolError('OFPBMC_BAD_FIELD', other.code.name)
}

const checkActions = (actions: readonly Action[]): void => {
  for (const action of actions) {
    if (!standardActions.has(action.type)) throw new ProtocolError('OFPBAC_BAD_EXPERIMENTER', action.type)
    if (action.type === 'setField' && !isStandard(action.oxm)) {
      throw new ProtocolError('OFPBAC_BAD_SET_TYPE', action.oxm.code.name)
    }
  }
}

const actionsIn = (instructions: readonly Instruction[]): readonly Action[] =>
  instructions.flatMap((one) => ('actions' in one ? one.actions : []))

/** @throws ProtocolError for what needs an extension */
export const checkPlain = (message: Message): void => {
  if (extensions.has(message.type)) throw new ProtocolError('OFPBRC_BAD_EXPERIMENTER', message.type)
  if (message.type === 'flowMod') {
    checkMatch(message.match)
    checkActions(actionsIn(message.instructions))
  } else if (message.type === 'groupMod') checkActions(message.buckets.flatMap(({ actions }) => actions))
  else if (message.type === 'packetOut') checkActions(message.actions)
}
