import t from 'tap'
import { actionKinds } from '../../controller/openflow/actions/actions.ts'
import { allFields } from '../../controller/openflow/fields/field.ts'
import {
  decodeMessage,
  encodeMessage,
  formatMessage,
  type Message,
  messageKinds,
} from '../../controller/openflow/messages/messages.ts'
import { formatFlow } from '../../controller/openflow/text/flow.ts'
import { formatGroup } from '../../controller/openflow/text/group.ts'
import { formatMeter } from '../../controller/openflow/text/meter.ts'
import { formatPacketOut } from '../../controller/openflow/text/packet-out.ts'
import { toHex } from '../../controller/openflow/wire/json.ts'
import { ovs, tshark } from '../support/needs.ts'
import { compareText } from '../vectors/text.ts'
import { isModification, type Modification, withoutUnsaid } from '../vectors/unsaid.ts'
import { lackingActions, lackingFields, lackingMessages } from './generate/lacks.ts'
import { flowLines, flows, groupLines, groups, packetLines, packets, rareFlows, sayable } from './judge/corpus.ts'
import { printedByOfctl } from './judge/ofctl.ts'
import { sentByOfctl } from './judge/switch.ts'
import { judgedByTshark } from './judge/tshark.ts'

const corpus: readonly Message[] = [...sayable, ...rareFlows]

/** Calls `see` with every object in a value; the table of fields, which refers to itself, is seen no deeper. */
const visit = (value: unknown, see: (part: object) => void): void => {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return
  see(value)
  if ('codePoints' in value) return
  for (const part of Object.values(value)) visit(part, see)
}

t.test('the judges see every kind of message, action and field that Open vSwitch has', (t) => {
  const seen = new Set([lackingActions, lackingFields, lackingMessages].flatMap(Object.keys))
  visit(corpus, (part) => {
    if ('key' in part) seen.add(String(part.key))
    else if ('type' in part) seen.add(String(part.type))
  })
  const names = [...messageKinds, ...actionKinds].map(({ name }) => name)
  const keys = allFields.map(({ key }) => key)
  t.same(
    [...names, ...keys].filter((name) => !seen.has(name)),
    [],
  )
  t.end()
})

const isTaken = ({ type }: Message): boolean => !(type in lackingMessages)

t.test('ovs-ofctl finds no error in our messages, and prints them as we do', (t) => {
  if (!ovs(t)) return t.end()
  const printed = printedByOfctl(corpus.filter(isTaken))
  for (const { message, text } of printed) {
    const refusal = text === '' ? 'nothing is printed' : /\*\*\*[^*]*\*\*\*/.exec(text)?.[0]
    const problem = refusal ?? compareText(text, formatMessage(message)).problem
    if (problem !== undefined) t.fail(`${problem}: ${formatMessage(message)}`)
  }
  t.ok(printed.length > 1000, `${printed.length} messages`)
  t.end()
})

/** Messages that tshark 4.0 finds malformed, whoever sent them. */
const misjudged: Readonly<Partial<Record<Message['type'], string>>> = {
  flowMonitorReply: 'reads past the end of multipart replies of experimenters',
  ipfixBridgeReply: 'the same',
  ipfixFlowReply: 'the same',
  experimenterStatsReply: 'the same',
}

t.test('tshark knows our messages and finds none malformed', (t) => {
  if (!tshark(t)) return t.end()
  const messages = corpus.filter(({ type }) => !(type in misjudged))
  const { known, malformed } = judgedByTshark(messages.map(encodeMessage))
  t.equal(known, messages.length)
  t.same(
    malformed.map((index) => formatMessage(messages[index] as Message)),
    [],
  )
  t.end()
})

/** The bytes of a modification without what its text does not say. */
const meaning = (message: Message): string =>
  isModification(message) ? toHex(encodeMessage({ ...withoutUnsaid(message).message, xid: 0 })) : message.type

const words = {
  flow: ['add', 'modify', 'modify_strict', 'delete', 'delete_strict'],
  group: ['add', 'modify', 'delete'],
} as const

/** A line of a file for `ovs-ofctl bundle`. */
const bundleLine = (message: Modification): string => {
  switch (message.type) {
    case 'flowMod':
      return `flow ${words.flow[message.command as 0]} ${formatFlow(message)}`
    case 'groupMod':
      return `group ${words.group[message.command as 0]} ${formatGroup(message)}`
    case 'packetOut':
      return `packet-out ${formatPacketOut(message)}`
    case 'meterMod':
      return ''
  }
}

/** Fields that ovs-ofctl of Open vSwitch 3.1 sends with their value for a mask. */
const misSent = /\btun_(erspan_(ver|dir|hwid)|gtpu_(flags|msgtype))=/

t.test('ovs-ofctl makes the same flows, groups and packets of our text', async (t) => {
  if (!ovs(t)) return
  const messages = sayable.filter(isModification)
  const lines = messages.map(bundleLine)
  const said = messages.filter((_, index) => lines[index] !== '' && !misSent.test(lines[index] ?? ''))
  const sent = await sentByOfctl([['bundle', 'SWITCH', 'FILE']], said.map(bundleLine))
  t.equal(sent.length, said.length)
  for (const [index, message] of said.entries()) {
    const theirs = meaning(decodeMessage(sent[index] as Uint8Array))
    if (theirs !== meaning(message)) t.equal(theirs, meaning(message), bundleLine(message))
  }
})

t.test('what ovs-ofctl makes of a line is what we make of it', async (t) => {
  if (!ovs(t)) return
  const bundle = [
    ...flowLines.map((line) => `flow ${line}`),
    ...groupLines.map((line) => `group ${line}`),
    ...packetLines.map((line) => `packet-out ${line}`),
  ]
  const sent = await sentByOfctl([['bundle', 'SWITCH', 'FILE']], bundle)
  const ours = [...flows, ...groups, ...packets]
  for (const [index, line] of bundle.entries()) {
    t.equal(meaning(decodeMessage(sent[index] as Uint8Array)), meaning(ours[index] as Message), line)
  }
})

const meterCommands = ['add-meter', 'mod-meter', 'del-meter'] as const

t.test('ovs-ofctl makes the same meters of our text', async (t) => {
  if (!ovs(t)) return
  const messages = sayable.filter((message) => message.type === 'meterMod')
  const commands = messages.map((message) => [
    meterCommands[message.command as 0],
    'SWITCH',
    // del-meter takes the number alone.
    message.command === 2 ? `meter=${message.meterId}` : formatMeter(message),
  ])
  const sent = await sentByOfctl(commands)
  t.same(
    sent.map((bytes) => meaning(decodeMessage(bytes))),
    messages.map(meaning),
  )
})
