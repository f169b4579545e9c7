import { existsSync, readFileSync } from 'node:fs'
import t from 'tap'
import { type Action, actions, formatActions } from '../../controller/openflow/actions/actions.ts'
import { parseInstructions } from '../../controller/openflow/text/instructions.ts'
import { protocolOf } from '../../controller/openflow/text/match.ts'
import { items } from '../../controller/openflow/text/scan.ts'
import { fromHex, toHex } from '../../controller/openflow/wire/json.ts'
import { Reader } from '../../controller/openflow/wire/reader.ts'
import { Writer } from '../../controller/openflow/wire/writer.ts'

interface Vector {
  readonly name: string
  readonly typeName: string
  readonly hex: string
  readonly text: string
  readonly input?: string
  readonly decodeError?: string
}

const file = new URL('../../../shared/vectors/ovs-generated-of13.jsonl', import.meta.url)

const flowMods = (): Vector[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Vector)
    .filter(({ typeName, decodeError }) => typeName === 'FLOW_MOD' && decodeError === undefined)

interface List {
  readonly instruction: number
  readonly bytes: Uint8Array
}

/** The actions in the instructions of a FLOW_MOD, walked without the codec. */
const walk = (bytes: Uint8Array): { lists: List[]; instructions: number } => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const lists: List[] = []
  let instructions = 0
  let at = 48 + Math.ceil(view.getUint16(50) / 8) * 8
  for (; at < bytes.length; at += view.getUint16(at + 2)) {
    const instruction = view.getUint16(at)
    instructions++
    if (instruction === 3 || instruction === 4) {
      lists.push({ instruction, bytes: bytes.subarray(at + 8, at + view.getUint16(at + 2)) })
    }
  }
  return { lists, instructions }
}

const decode = (bytes: Uint8Array): readonly Action[] => actions.decode(Reader.of(bytes, 'OFPBAC_BAD_LEN'))

const encode = (list: readonly Action[]): string => {
  const writer = new Writer()
  actions.encode(writer, list, 'actions')
  return toHex(writer.finish())
}

/** Where our text is not ofp-print's, which writes ANY for a mask of zeros: ovs-ofctl cannot read that. */
const otherText: Readonly<Record<string, string>> = {
  'ovs13/set_field/c2s/0022': 'set_field:0/0->tun_erspan_hwid',
}

const textOf = (vector: Vector): string => vector.text.slice(vector.text.indexOf('actions=') + 8).trimEnd()

/** The action lists, in wire order, that the actions of an ovs-ofctl command line stand for. */
const parsedLists = (input: string): string[] => {
  const line = input.replace(/^add-flow /, '')
  const at = /(?:^|[\s,])actions?=/.exec(line) as RegExpExecArray
  const parsed = parseInstructions(line.slice(at.index + at[0].length), protocolOf(items(line.slice(0, at.index))))
  return parsed.flatMap((one) => ('actions' in one ? [encode(one.actions)] : []))
}

t.test('actions as Open vSwitch 3.1 sends them', { skip: existsSync(file) ? false : 'no vectors here' }, async (t) => {
  const vectors = flowMods()
  t.ok(vectors.length > 1000, 'the vectors are there')

  t.test('re-encode to the same bytes', async (t) => {
    for (const { name, hex } of vectors) {
      for (const { bytes } of walk(fromHex(hex)).lists) t.equal(encode(decode(bytes)), toHex(bytes), name)
    }
  })

  t.test('survive JSON', async (t) => {
    for (const { name, hex } of vectors) {
      for (const { bytes } of walk(fromHex(hex)).lists) {
        const json = JSON.parse(JSON.stringify(actions.toJson(decode(bytes))))
        t.equal(encode(actions.fromJson(json, 'actions')), toHex(bytes), name)
      }
    }
  })

  t.test('read as ofp-print shows them', async (t) => {
    for (const vector of vectors) {
      const { lists, instructions } = walk(fromHex(vector.hex))
      const [list] = lists
      if (!list || instructions !== 1 || list.instruction !== 4) continue
      t.equal(formatActions(decode(list.bytes)), otherText[vector.name] ?? textOf(vector), vector.name)
    }
  })

  t.test('parse from what was given to ovs-ofctl', async (t) => {
    for (const { name, hex, input } of vectors) {
      if (!input?.startsWith('add-flow ')) continue
      const sent = walk(fromHex(hex)).lists.map(({ bytes }) => toHex(bytes))
      t.same(
        parsedLists(input).filter((list) => list !== ''),
        sent,
        name,
      )
    }
  })
})
