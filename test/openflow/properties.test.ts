import assert from 'node:assert/strict'
import t from 'tap'
import { actionKinds, formatActions } from '../../controller/openflow/actions/actions.ts'
import { parseActions } from '../../controller/openflow/actions/parse.ts'
import { canonicalMatch } from '../../controller/openflow/fields/canonical.ts'
import { checkPrerequisites } from '../../controller/openflow/fields/match.ts'
import { encodeOxms } from '../../controller/openflow/fields/match-codec.ts'
import type { Match } from '../../controller/openflow/fields/oxm.ts'
import { instructionKinds } from '../../controller/openflow/instructions/instructions.ts'
import {
  decodeMessage,
  encodeMessage,
  formatMessage,
  fromJson,
  type Message,
  messageKinds,
  toJson,
} from '../../controller/openflow/messages/messages.ts'
import { formatFlow, parseFlowMod } from '../../controller/openflow/text/flow.ts'
import { formatGroup, parseGroupMod } from '../../controller/openflow/text/group.ts'
import { formatMeter, parseMeterMod } from '../../controller/openflow/text/meter.ts'
import { formatPacketOut, parsePacketOut } from '../../controller/openflow/text/packet-out.ts'
import { EncodeError } from '../../controller/openflow/wire/errors.ts'
import { toHex } from '../../controller/openflow/wire/json.ts'
import { Writer } from '../../controller/openflow/wire/writer.ts'
import fc from '../support/random.ts'
import { withPlainActions } from '../vectors/encodings.ts'
import { type Modification, withoutUnsaid } from '../vectors/unsaid.ts'
import { anyActions } from './generate/actions.ts'
import { anyMatch } from './generate/fields.ts'
import { anyMessages } from './generate/messages.ts'
import { numbersOf, wrongValues } from './generate/numbers.ts'
import { anyInstructions } from './generate/parts.ts'
import { soundParts } from './generate/sound.ts'
import { soundMessages } from './generate/sound-messages.ts'

const hold = <T>(property: fc.IProperty<T>, numRuns: number): void =>
  fc.assert(property, { numRuns, includeErrorInReport: true })

const every = (messages: object): [type: string, fc.Arbitrary<Message>][] => Object.entries(messages)

const viaJson = (message: Message): Message => fromJson(JSON.parse(JSON.stringify(toJson(message))))

t.test('there is an arbitrary for every kind of message, action and instruction', (t) => {
  const names = (kinds: readonly { readonly name: string }[]): string[] => kinds.map(({ name }) => name).sort()
  t.same(Object.keys(anyMessages).sort(), names(messageKinds))
  t.same(Object.keys(anyActions).sort(), names(actionKinds))
  t.same(Object.keys(anyInstructions).sort(), names(instructionKinds))
  t.end()
})

t.test('a message of any type with any values comes back as it was, from bytes and from JSON', (t) => {
  for (const [type, messages] of every(anyMessages)) {
    const property = fc.property(messages, (message) => {
      const bytes = encodeMessage(message)
      const decoded = decodeMessage(bytes)
      assert.deepStrictEqual(decoded, message)
      assert.deepStrictEqual(encodeMessage(decoded), bytes)
      assert.deepStrictEqual(viaJson(message), message)
    })
    t.doesNotThrow(() => hold(property, 150), type)
  }
  t.end()
})

const messageName = (type: string): string => messageKinds.find(({ name }) => name === type)?.ofp ?? 'none'

t.test('a message of any type with any values can be shown', (t) => {
  for (const [type, messages] of every(anyMessages)) {
    const property = fc.property(messages, (message) => assert.ok(formatMessage(message).startsWith(messageName(type))))
    t.doesNotThrow(() => hold(property, 150), type)
  }
  t.end()
})

/** The bytes of a message as its text says it. */
const meaning = (message: Modification): string => toHex(encodeMessage({ ...withoutUnsaid(message).message, xid: 0 }))

const readAgain = (message: Modification): Modification => {
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

t.test('text that is parsed again means the same', (t) => {
  const { flowMod, groupMod, meterMod, packetOut } = soundMessages
  for (const [type, messages] of Object.entries({ flowMod, groupMod, meterMod, packetOut })) {
    const property = fc.property(messages as fc.Arbitrary<Modification>, (message) =>
      assert.equal(meaning(readAgain(message)), meaning(message)),
    )
    t.doesNotThrow(() => hold(property, 500), type)
  }
  t.end()
})

t.test('actions printed and parsed are the same actions', (t) => {
  const property = fc.property(soundParts.actions, (actions) =>
    assert.deepStrictEqual(withPlainActions(parseActions(formatActions(actions))), withPlainActions(actions)),
  )
  t.doesNotThrow(() => hold(property, 500))
  t.end()
})

const bytesOf = (match: Match): string => {
  const writer = new Writer()
  encodeOxms(writer, match, 'match')
  return toHex(writer.finish())
}

t.test('a canonical match stays as it is', (t) => {
  for (const matches of [anyMatch, soundParts.match]) {
    const property = fc.property(matches, (match) => {
      const canonical = canonicalMatch(match)
      assert.equal(bytesOf(canonicalMatch(canonical)), bytesOf(canonical))
    })
    t.doesNotThrow(() => hold(property, 500))
  }
  t.end()
})

t.test('fields whose prerequisites are met are taken, in canonical form too', (t) => {
  const property = fc.property(soundParts.match, (match) => {
    checkPrerequisites(match)
    checkPrerequisites(canonicalMatch(match))
  })
  t.doesNotThrow(() => hold(property, 500))
  t.end()
})

/** What encoding says of a message. */
const refusalOf = (message: Message): EncodeError | undefined => {
  try {
    encodeMessage(message)
    return undefined
  } catch (error) {
    if (error instanceof EncodeError) return error
    throw error
  }
}

t.test('a number that does not fit is refused, and its place named, wherever it stands', (t) => {
  for (const [type, messages] of every(anyMessages)) {
    const property = fc.property(messages, fc.nat(), (message, choice) => {
      const places = numbersOf(message, type)
      const place = places[choice % places.length]
      if (!place) return
      for (const wrong of wrongValues(place.value)) {
        const refusal = refusalOf(place.with(wrong) as Message)
        assert.ok(refusal, `${place.path} = ${wrong} was encoded`)
        // Of a field's bits the error may name the whole.
        assert.ok(place.path.startsWith(refusal.path), `${place.path} = ${wrong}: ${refusal.message}`)
        assert.ok(place.path.split('.').length - refusal.path.split('.').length <= 2, refusal.message)
      }
    })
    t.doesNotThrow(() => hold(property, 150), type)
  }
  t.end()
})
