import type { Action } from '../../../controller/openflow/actions/actions.ts'
import type { Match } from '../../../controller/openflow/fields/oxm.ts'
import type { Instruction } from '../../../controller/openflow/instructions/instructions.ts'
import { ProtocolError } from '../../../controller/openflow/wire/errors.ts'
import { Refusal } from '../refusal.ts'
import { isSetAction } from './action-set.ts'
import { checkActions, type Referents } from './check.ts'
import { type Shape, shapeOf } from './shape.ts'

const checkOnce = (instructions: readonly Instruction[]): void => {
  const types = new Set(instructions.map(({ type }) => type))
  if (types.size < instructions.length) throw new Refusal('OFPBIC_DUP_INST', 'an instruction twice')
}

const checkGoto = (target: number, tableId: number, tables: number): void => {
  if (target <= tableId || target >= tables) {
    throw new ProtocolError('OFPBIC_BAD_TABLE_ID', `goto ${target} from table ${tableId}`)
  }
}

const checkSet = (actions: readonly Action[], shape: Shape, referents: Referents): void => {
  const wrong = actions.find(({ type }) => !isSetAction(type))
  if (wrong) throw new ProtocolError('OFPBAC_BAD_TYPE', `${wrong.type} in an action set`)
  checkActions(actions, shape, referents)
}

/** @throws ProtocolError or Refusal where the switch cannot do what instructions say */
export const checkInstructions = (
  instructions: readonly Instruction[],
  match: Match,
  tableId: number,
  tables: number,
  referents: Referents,
): void => {
  checkOnce(instructions)
  const shape = shapeOf(match)
  const applied = instructions.find((one) => one.type === 'applyActions')
  const then = applied ? checkActions(applied.actions, shape, referents) : shape
  for (const one of instructions) {
    if (one.type === 'experimenter')
      throw new ProtocolError('OFPBIC_BAD_EXPERIMENTER', `0x${one.experimenter.toString(16)}`)
    if (one.type === 'gotoTable') checkGoto(one.tableId, tableId, tables)
    if (one.type === 'writeActions') checkSet(one.actions, then ?? shape, referents)
    if (one.type === 'meter' && !referents.hasMeter(one.meterId)) {
      throw new ProtocolError('OFPMMFC_INVALID_METER', `meter ${one.meterId}`)
    }
  }
}
