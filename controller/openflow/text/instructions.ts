import { parseActions, parseItems } from '../actions/parse.ts'
import { applyActions, type Instruction, inExecutionOrder } from '../instructions/instructions.ts'
import { ALL_ONES_64 } from '../wire/primitives.ts'
import type { Protocol } from './match.ts'
import { bigInteger, type Item, integer, items } from './scan.ts'

const writeMetadata = (text: string): Instruction => {
  const [value = '', mask] = text.split('/')
  return {
    type: 'writeMetadata',
    metadata: bigInteger(value),
    mask: mask === undefined ? ALL_ONES_64 : bigInteger(mask),
  }
}

/** The instruction that an item stands for; undefined where it is an action. */
const instructionOf = ({ key, value }: Item, protocol: Protocol): Instruction | undefined => {
  switch (key) {
    case 'meter':
      return { type: 'meter', meterId: integer(value) }
    case 'clear_actions':
      return { type: 'clearActions' }
    case 'write_actions':
      return { type: 'writeActions', actions: parseActions(value, protocol) }
    case 'write_metadata':
      return writeMetadata(value)
    case 'goto_table':
      return { type: 'gotoTable', tableId: integer(value, 0xff) }
    default:
      return undefined
  }
}

/** Nothing is added to the action set: ovs-ofctl sends no such instruction. */
const isEmptyWrite = (instruction: Instruction): boolean =>
  instruction.type === 'writeActions' && instruction.actions.length === 0

/**
 * Parses what follows `actions=`: actions, and the instructions that ovs-ofctl writes among them.
 *
 * @throws TextSyntaxError naming the item
 */
export const parseInstructions = (text: string, protocol: Protocol = {}): readonly Instruction[] => {
  const actions: Item[] = []
  const instructions: Instruction[] = []
  for (const item of items(text)) {
    const instruction = instructionOf(item, protocol)
    if (instruction === undefined) actions.push(item)
    else if (!isEmptyWrite(instruction)) instructions.push(instruction)
  }
  return inExecutionOrder([...applyActions(parseItems(actions, protocol)), ...instructions])
}
