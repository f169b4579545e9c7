import { FlowModCommand } from '../../controller/openflow/messages/flow-mod.ts'
import { GroupModCommand } from '../../controller/openflow/messages/group-mod.ts'
import { encodeMessage, type Message, type MessageNamed } from '../../controller/openflow/messages/messages.ts'
import { MeterModCommand } from '../../controller/openflow/messages/meter-mod.ts'
import { formatFlow, parseFlowMod } from '../../controller/openflow/text/flow.ts'
import { formatGroup, parseGroupMod } from '../../controller/openflow/text/group.ts'
import { formatMeter, parseMeterMod } from '../../controller/openflow/text/meter.ts'
import { formatPacketOut, parsePacketOut } from '../../controller/openflow/text/packet-out.ts'
import { toHex } from '../../controller/openflow/wire/json.ts'

/** A parser of ours for each command of ovs-ofctl that makes one message. */
const commands: Readonly<Record<string, (text: string) => Message>> = {
  'add-flow': (text) => parseFlowMod(text, FlowModCommand.ADD),
  'mod-flows': (text) => parseFlowMod(text, FlowModCommand.MODIFY),
  '--strict mod-flows': (text) => parseFlowMod(text, FlowModCommand.MODIFY_STRICT),
  'del-flows': (text) => parseFlowMod(text, FlowModCommand.DELETE),
  '--strict del-flows': (text) => parseFlowMod(text, FlowModCommand.DELETE_STRICT),
  'add-group': (text) => parseGroupMod(text, GroupModCommand.ADD),
  'mod-group': (text) => parseGroupMod(text, GroupModCommand.MODIFY),
  'del-groups': (text) => parseGroupMod(text, GroupModCommand.DELETE),
  'add-meter': (text) => parseMeterMod(text, MeterModCommand.ADD),
  'mod-meter': (text) => parseMeterMod(text, MeterModCommand.MODIFY),
  'del-meter': (text) => parseMeterMod(text, MeterModCommand.DELETE),
  'packet-out': (text) => parsePacketOut(text),
}

/** The message that an `input` in ovs-ofctl's syntax asks for; undefined for a description. */
export const parseInput = (input: string, xid: number): Message | undefined => {
  const [, command, text] = /^((?:--strict )?[a-z]+-[a-z]+)(?: (.*))?$/s.exec(input) ?? []
  const parse = command === undefined ? undefined : commands[command]
  return parse ? { ...parse(text ?? ''), xid } : undefined
}

type Modification = MessageNamed<'flowMod' | 'groupMod' | 'meterMod' | 'packetOut'>

const modifications = new Set(['flowMod', 'groupMod', 'meterMod', 'packetOut'])

/** True for a message that ovs-ofctl's syntax can ask for. */
export const isModification = (message: object): message is Modification =>
  'type' in message && modifications.has(String(message.type))

/** Our own text for pasting of a message, parsed again. */
const pasted = (message: Modification): Message => {
  switch (message.type) {
    case 'flowMod':
      return parseFlowMod(formatFlow(message), message.command)
    case 'groupMod':
      return parseGroupMod(formatGroup(message), message.command)
    case 'meterMod':
      return parseMeterMod(formatMeter(message), message.command)
    case 'packetOut':
      return parsePacketOut(formatPacketOut(message))
  }
}

const hexOf = (message: Message): string => toHex(encodeMessage(message))

/** What is wrong where our text, parsed again by us, does not give the same bytes. */
export const pasteProblems = (message: Modification, hex: string): readonly string[] => {
  const again = pasted(message)
  const got = hexOf({ ...again, xid: message.xid })
  return got === hex ? [] : [`our text parsed again gives other bytes: ${got}`]
}

/** What is wrong where an `input` does not parse to the bytes that ovs-ofctl made of it. */
export const inputProblems = (message: Message, hex: string): readonly string[] => {
  const got = hexOf(message)
  return got === hex ? [] : [`the input parses to other bytes: ${got}`]
}
