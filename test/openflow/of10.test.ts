import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import t from 'tap'
import { errorEntries10, errorName10 } from '../../controller/openflow/of10/errors.ts'
import { type Match10, wildcardsOf } from '../../controller/openflow/of10/match.ts'
import {
  decodeMessage,
  encodeMessage,
  formatMessage,
  fromJson,
  type Message10,
  messageKinds,
  toJson,
} from '../../controller/openflow/of10/messages.ts'
import { EncodeError, ProtocolError } from '../../controller/openflow/wire/errors.ts'
import { fromHex, type JsonObject, toHex } from '../../controller/openflow/wire/json.ts'
import { mutated } from '../fuzz/mutate.ts'
import fc from '../support/random.ts'
import { makeRandom } from '../vectors/random.ts'
import { anyMessages } from './of10-samples.ts'

const vectors = new URL('../../../shared/vectors/osken-of10.jsonl', import.meta.url)

interface Vector {
  readonly name: string
  readonly hex: string
  readonly decoded: { readonly [type: string]: Decoded }
}
type Value = number | string | Decoded | readonly Decoded[]
interface Decoded {
  readonly [member: string]: Value
}

/** os-ken's names of messages and actions, and of members that it calls otherwise than we do. */
const typeNames: Readonly<Record<string, string>> = {
  OFPPacketOut: 'packetOut',
  OFPFlowMod: 'flowMod',
  OFPPacketIn: 'packetIn',
  OFPFeaturesRequest: 'featuresRequest',
  OFPSwitchFeatures: 'featuresReply',
}
const camel = (name: string): string => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())

/** Our JSON of a match with wildcarded fields as zeros, as os-ken gives it. */
const rawMatch = (match: Match10, json: JsonObject): JsonObject => ({
  inPort: 0,
  dlSrc: '00:00:00:00:00:00',
  dlDst: '00:00:00:00:00:00',
  dlVlan: 0,
  dlVlanPcp: 0,
  dlType: 0,
  nwSrc: '0.0.0.0',
  nwDst: '0.0.0.0',
  nwTos: 0,
  nwProto: 0,
  tpSrc: 0,
  tpDst: 0,
  ...json,
  wildcards: wildcardsOf(match),
})

const nicira = 0x2320

/** os-ken knows the actions of one vendor: their vendor and subtype must be in our opaque bytes. */
const checkVendorAction = (wanted: Decoded, action: unknown): void => {
  const { vendor, data } = action as { vendor: number; data: Uint8Array }
  assert.equal(vendor, wanted.vendor)
  assert.equal(vendor, nicira)
  assert.equal((data[0] as number) * 256 + (data[1] as number), wanted.subtype)
  const others = Object.entries(wanted).filter(([key]) => key !== 'vendor' && key !== 'subtype')
  for (const [key, value] of others) {
    const argument = new DataView(data.buffer, data.byteOffset, data.byteLength)
    const found = key === 'label' ? argument.getUint32(4) : key === 'ethertype' ? argument.getUint16(2) : data[2]
    assert.equal(found, value, key)
  }
}

const checkActions = (wanted: readonly Decoded[], message: Message10): void => {
  assert.ok('actions' in message && Array.isArray(message.actions))
  assert.equal(message.actions.length, wanted.length)
  for (const [index, item] of wanted.entries()) {
    const [name, members] = Object.entries(item)[0] as [string, Decoded]
    const action: unknown = message.actions[index]
    if (name === 'OFPActionOutput') {
      assert.deepEqual(action, { type: 'output', port: members.port, maxLen: members.max_len })
    } else checkVendorAction(members, action)
  }
}

const checkPorts = (wanted: Decoded, json: JsonObject): void => {
  const ports = json.ports as readonly JsonObject[]
  assert.equal(ports.length, Object.keys(wanted).length)
  for (const { OFPPhyPort } of Object.values(wanted) as { OFPPhyPort: Decoded }[]) {
    const port = ports.find(({ portNo }) => portNo === OFPPhyPort.port_no)
    assert.equal(port?.name, OFPPhyPort.name)
    assert.equal(port?.hwAddr, OFPPhyPort.hw_addr)
  }
}

const isPacket = (value: Value): boolean => typeof value === 'object'

/** Requires that a message means what os-ken says. */
const checkMeaning = ({ decoded }: Vector, message: Message10): void => {
  const [name, members] = Object.entries(decoded)[0] as [string, Decoded]
  const json = toJson(message)
  assert.equal(message.type, typeNames[name])
  for (const [key, value] of Object.entries(members)) {
    const ours = (message as unknown as Record<string, unknown>)[camel(key)]
    if (key === 'match' && message.type === 'flowMod') {
      const wanted = Object.entries((value as { OFPMatch: Decoded }).OFPMatch).map(([field, v]) => [camel(field), v])
      assert.deepEqual(rawMatch(message.match, json.match as JsonObject), Object.fromEntries(wanted))
    } else if (key === 'actions' && Array.isArray(value)) checkActions(value as readonly Decoded[], message)
    else if (key === 'ports') checkPorts(value as Decoded, json)
    else if (key !== 'data') assert.equal(typeof ours === 'bigint' ? Number(ours) : ours, value, key)
    else if (!isPacket(value)) assert.deepEqual(ours, new Uint8Array(Buffer.from(value as string, 'base64')))
  }
}

t.test("os-ken's messages mean the same to us and encode to the same bytes", (t) => {
  if (!existsSync(vectors)) {
    t.pass('', { skip: 'shared/vectors is not beside the repository' })
    return t.end()
  }
  const lines = readFileSync(vectors, 'utf8').trim().split('\n')
  for (const vector of lines.map((line) => JSON.parse(line) as Vector)) {
    const message = decodeMessage(fromHex(vector.hex))
    t.doesNotThrow(() => checkMeaning(vector, message), vector.name)
    t.equal(toHex(encodeMessage(message)), vector.hex, vector.name)
    t.equal(toHex(encodeMessage(fromJson(JSON.parse(JSON.stringify(toJson(message)))))), vector.hex, vector.name)
  }
  t.equal(lines.length, 13)
  t.end()
})

t.test('a message of any type with any values comes back as it was', (t) => {
  t.same(messageKinds.map(({ name }) => name).sort(), Object.keys(anyMessages).sort(), 'every type is generated')
  for (const [type, messages] of Object.entries(anyMessages)) {
    t.doesNotThrow(
      () =>
        fc.assert(
          fc.property(messages as fc.Arbitrary<Message10>, (message) => {
            const bytes = encodeMessage(message)
            assert.deepStrictEqual(decodeMessage(bytes), message)
            assert.deepStrictEqual(fromJson(JSON.parse(JSON.stringify(toJson(message)))), message)
          }),
        ),
      type,
    )
  }
  t.end()
})

/** A flow-mod without actions, around the 40 bytes of a match. */
const flowModAround = (match: Uint8Array): Uint8Array => {
  const bytes = new Uint8Array(72)
  bytes.set([1, 14, 0, 72])
  bytes.set(match, 8)
  return bytes
}

t.test('the bytes of any match come back, however odd its wildcards', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 40, maxLength: 40 }), (match) => {
      match.set([0], 21) // padding, which is not kept
      match.set([0, 0], 26)
      const bytes = flowModAround(match)
      const message = decodeMessage(bytes)
      assert.deepStrictEqual(encodeMessage(message), bytes)
      assert.deepStrictEqual(encodeMessage(fromJson(JSON.parse(JSON.stringify(toJson(message))))), bytes)
    }),
    { numRuns: 2000 },
  )
  t.pass('2000 matches')
  t.end()
})

const matchOf = (hex: string): Match10 => {
  const message = decodeMessage(flowModAround(fromHex(hex.padEnd(80, '0'))))
  return message.type === 'flowMod' ? message.match : {}
}

t.test('fields that are wildcarded are absent', (t) => {
  t.same(matchOf('003820ff'), {})
  t.same(matchOf('003820fe0007'), { inPort: 7 })
  t.same(matchOf('003820cf00000000000000000000000000000000000008000006'), { dlType: 0x800, nwProto: 6 })
  const address = { address: 0x0a000000, prefix: 8 }
  t.same(matchOf('003fffff'), { wildcards: 0x3fffff }, 'more than 32 ignored bits of an address are all of them')
  t.same(matchOf('003818ff'.padEnd(56, '0').concat('0a000000')), { nwSrc: address })
  t.same(matchOf('ffffffff'), { wildcards: 0xffffffff }, 'bits that say nothing are kept apart')
  t.same(matchOf('003820ff0005'), { ignored: { inPort: 5 } }, 'so are values that say nothing')
  t.end()
})

t.test('a match that cannot be sent is refused by name', (t) => {
  const send = (match: object) => () =>
    encodeMessage({ ...decodeMessage(flowModAround(new Uint8Array(40))), match } as Message10)
  const refuses = (act: () => unknown, path: string) => {
    try {
      act()
      t.fail(path)
    } catch (error) {
      t.equal(error instanceof EncodeError && error.path, path)
    }
  }
  refuses(send({ inPort: 65536 }), 'flowMod.match.inPort')
  refuses(send({ nwSrc: { address: 1, prefix: 0 } }), 'flowMod.match.nwSrc.prefix')
  refuses(send({ nwDst: { address: 1, prefix: 33 } }), 'flowMod.match.nwDst.prefix')
  refuses(() => fromJson({ type: 'flowMod', match: { ethSrc: 1 } }), 'message.match.ethSrc')
  refuses(() => fromJson({ type: 'flowModd' }), 'message.type')
  t.end()
})

t.test('errors have the names of OpenFlow 1.0', (t) => {
  t.equal(errorEntries10.length, 31)
  t.equal(errorName10(1, 2), 'OFPBRC_BAD_STAT')
  t.equal(errorName10(3, 0), 'OFPFMFC_ALL_TABLES_FULL')
  t.equal(errorName10(4, 2), undefined)
  const error = decodeMessage(fromHex('0101000c0000000500030001'))
  t.same(toJson(error), { type: 'error', xid: 5, errorType: 'FLOW_MOD_FAILED', code: 'OFPFMFC_OVERLAP', data: '' })
  t.end()
})

t.test('statistics of other types stay as they are', (t) => {
  const hex = '0111001000000009000100011a2b3c4d'
  const message = decodeMessage(fromHex(hex))
  t.match(message, { type: 'statsReply', statsType: 1, flags: 1 })
  t.equal(toHex(encodeMessage(message)), hex)
  t.equal(formatMessage(message), 'OFPT_STATS_REPLY (xid=0x9): flags=[more] type=1 data=1a2b3c4d')
  t.end()
})

/** The name of the error that refuses these bytes. */
const refusal = (hex: string): string => {
  try {
    decodeMessage(fromHex(hex))
    return 'none'
  } catch (error) {
    return error instanceof ProtocolError ? error.errorName : String(error)
  }
}

t.test('a malformed message is refused with the error to answer', (t) => {
  const flow = (actions: string) => {
    const bytes = `010e${(72 + actions.length / 2).toString(16).padStart(4, '0')}`
    return `${bytes}${'0'.repeat(136)}${actions}`
  }
  t.equal(refusal('01'), 'OFPBRC_BAD_LEN')
  t.equal(refusal('0400000800000000'), 'OFPBRC_BAD_VERSION')
  t.equal(refusal('01ff000800000000'), 'OFPBRC_BAD_TYPE')
  t.equal(refusal('0105000900000000ff'), 'OFPBRC_BAD_LEN')
  t.equal(refusal('0105000700000000'), 'OFPBRC_BAD_LEN')
  t.equal(refusal('0105000c00000000'), 'OFPBRC_BAD_LEN')
  t.equal(refusal('010a001100000000000000000000000000'), 'OFPBRC_BAD_LEN')
  t.equal(refusal('010d001000000000ffffffff00010008'), 'OFPBRC_BAD_LEN')
  t.equal(refusal(flow('0000000000010000')), 'OFPBAC_BAD_LEN', 'an action of no length')
  t.equal(refusal(flow('0000000c00010000')), 'OFPBAC_BAD_LEN')
  t.equal(refusal(flow('0000001000010000')), 'OFPBAC_BAD_LEN')
  t.equal(refusal(flow('00000010000100000000000000000000')), 'OFPBAC_BAD_LEN', 'a longer output')
  t.equal(refusal(flow('000b000800010000')), 'OFPBAC_BAD_LEN', 'a shorter enqueue')
  t.equal(refusal(flow('000c000800000000')), 'OFPBAC_BAD_TYPE')
  t.equal(refusal(flow('00000008')), 'OFPBAC_BAD_LEN')
  t.end()
})

t.test('of 100,000 damaged messages each is refused with a ProtocolError, or read, printed and sent', (t) => {
  const random = makeRandom(10)
  const corpus = Object.values(anyMessages).flatMap((messages) =>
    fc.sample(messages as fc.Arbitrary<Message10>, { numRuns: 20, seed: 1 }).map(encodeMessage),
  )
  let refused = 0
  for (let count = 0; count < 100_000; count++) {
    const bytes = mutated(corpus, random)
    try {
      const message = decodeMessage(bytes)
      formatMessage(message)
      assert.equal(encodeMessage(fromJson(toJson(message))).length, bytes.length)
    } catch (error) {
      if (!(error instanceof ProtocolError)) {
        t.fail(`${toHex(bytes)}: ${(error as Error).stack}`)
        break
      }
      refused++
    }
  }
  t.ok(refused > 10_000 && refused < 90_000, `${refused} refused`)
  t.end()
})
