import { FlowModCommand } from '../../controller/openflow/messages/flow-mod.ts'
import { GroupModCommand } from '../../controller/openflow/messages/group-mod.ts'
import { encodeMessage, type Message, type MessageNamed } from '../../controller/openflow/messages/messages.ts'
import { MeterModCommand } from '../../controller/openflow/messages/meter-mod.ts'
import { formatFlow, parseFlowMod } from '../../controller/openflow/text/flow.ts'
import { formatGroup, parseGroupMod } from '../../controller/openflow/text/group.ts'
import { formatMeter, parseMeterMod } from '../../controller/openflow/text/meter.ts'
import { formatPacketOut, parsePacketOut } from '../../controller/openflow/text/packet-out.ts'
import { TextSyntaxError } from '../../controller/openflow/wire/errors.ts'
import { toHex } from '../../controller/openflow/wire/json.ts'
import { withPlainMatch } from './encodings.ts'
import { type Modification, withoutUnsaid } from './unsaid.ts'

/** The older syntax of packet-out, `PORT ACTIONS PACKET`, as the newer one. */
const withNames = (text: string): string => text.replace(/^(\w+) (\S+) ([0-9a-f]+)$/, 'in_port=$1 packet=$3 actions=$2')

/** A parser of ours for each command of ovs-ofctl that makes one message. */
const commands: Readonly<Record<string, (text: string) => Modification>> = {
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
  'packet-out': (text) => parsePacketOut(withNames(text)),
}

/** In packet-out's older syntax several packets may follow: which of them a message has is not said. */
const isSeveral = (text: string): boolean => /^\w+ \S+ [0-9a-f]+ [0-9a-f]+/.test(text)

/** The message that an `input` in ovs-ofctl's syntax asks for; undefined for a description. */
export const parseInput = (input: string, xid: number): Modification | undefined => {
  const [, command, text] = /^((?:--strict )?[a-z]+-[a-z]+)(?: (.*))?$/s.exec(input) ?? []
  const parse = command === undefined ? undefined : commands[command]
  return parse && !isSeveral(text ?? '') ? { ...parse(text ?? ''), xid } : undefined
}

/** del-meter takes the meter's number alone. */
const meterText = (message: MessageNamed<'meterMod'>): string =>
  message.command === MeterModCommand.DELETE ? formatMeter(message).replace(/,.*/, '') : formatMeter(message)

/** Our own text for pasting of a message, parsed again. */
const pasted = (message: Modification): Modification => {
  switch (message.type) {
    case 'flowMod':
      return parseFlowMod(formatFlow(message), message.command)
    case 'groupMod':
      return parseGroupMod(formatGroup(message), message.command)
    case 'meterMod':
      return parseMeterMod(meterText(message), message.command)
    case 'packetOut':
      return parsePacketOut(formatPacketOut(message))
  }
}

const hexOf = (message: Message): string => toHex(encodeMessage(message))

/** Whether our text, parsed again by us, gives the same bytes. */
export interface Pasting {
  readonly problems: readonly string[]
  /** What the text cannot say and no switch looks at. */
  readonly left: readonly string[]
  /** Why ovs-ofctl's syntax has no text for the message. */
  readonly impossible: string | undefined
}

/** Pastes the text of a message, without what the text cannot say. */
export const paste = (message: Modification): Pasting => {
  const { message: plain, left } = withoutUnsaid(message)
  try {
    const again = hexOf(withoutUnsaid({ ...pasted(plain), xid: message.xid }).message)
    const problems = again === hexOf(plain) ? [] : [`our text parsed again gives other bytes: ${again}`]
    return { problems, left, impossible: undefined }
  } catch (error) {
    if (!(error instanceof TextSyntaxError)) throw error
    return { problems: [], left, impossible: error.message }
  }
}

/** Fields that ovs-ofctl of Open vSwitch 3.1 sends with their value for a mask. */
const valueAsMask = /^tun_(erspan_(ver|dir|hwid)|gtpu_(flags|msgtype))$/

const withoutMisMasked = (message: Modification): Modification =>
  message.type === 'flowMod'
    ? { ...message, match: message.match.filter(({ field }) => !valueAsMask.test(field.names[0] ?? '')) }
    : message

/** Forms in which two messages that mean the same have the same bytes, the strictest first. */
const inputForms: readonly (readonly [what: string, form: (message: Modification) => Modification])[] = [
  ['the same bytes', (message) => message],
  ['the same fields, under other numbers of theirs or with another length of a Geneve option', withPlainMatch],
  ['the same but for fields that ovs-ofctl 3.1 sends with their value for a mask', withoutMisMasked],
]

/** How far an `input` parses to what ovs-ofctl made of it; undefined where it does not. */
export const inputAgrees = (parsed: Modification, made: Modification): string | undefined =>
  inputForms.find(([, form]) => hexOf(form(parsed)) === hexOf(form(made)))?.[0]
