import t from 'tap'
import { allFields, fields } from '../../controller/openflow/fields/field.ts'
import type { FieldKey } from '../../controller/openflow/fields/rows.ts'
import {
  decodeMessage,
  encodeMessage,
  formatMessage,
  type MessageNamed,
} from '../../controller/openflow/messages/messages.ts'
import { type OxmId, oxmIdField, oxmIdMasked, oxmIdOf } from '../../controller/openflow/multipart/oxm-id.ts'
import type { TableFeatures, TableProperty } from '../../controller/openflow/multipart/table-features.ts'
import { ActionType, InstructionType } from '../../controller/openflow/multipart/type-id.ts'
import { ProtocolError } from '../../controller/openflow/wire/errors.ts'
import { fromHex, toHex } from '../../controller/openflow/wire/json.ts'
import { sameAsOfctl } from './ofctl.ts'

const none = new Uint8Array()
const typeIds = (...ids: readonly number[]) => ids.map((id) => ({ id, data: none }))
const ids = (...keys: readonly FieldKey[]): OxmId[] => keys.map((key) => oxmIdOf(fields[key].code))
const masked = (...keys: readonly FieldKey[]): OxmId[] => keys.map((key) => oxmIdOf(fields[key].code, true))
const numbers = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index)

/** What OpenFlow asks every table to say, with what the test is about in place of it. */
const properties = (...own: readonly TableProperty[]): TableProperty[] => {
  const required: readonly TableProperty[] = [
    { type: 'instructions', ids: typeIds(InstructionType.GOTO_TABLE) },
    { type: 'nextTables', tableIds: [] },
    { type: 'writeActions', ids: [] },
    { type: 'applyActions', ids: [] },
    { type: 'match', ids: [] },
    { type: 'wildcards', ids: [] },
    { type: 'writeSetfield', ids: [] },
    { type: 'applySetfield', ids: [] },
  ]
  return [...required.filter(({ type }) => !own.some((property) => property.type === type)), ...own]
}

const table = (tableId: number, own: readonly TableProperty[], rest: Partial<TableFeatures> = {}): TableFeatures => ({
  ...{ tableId, name: '', metadataMatch: 0n, metadataWrite: 0n, config: 0, maxEntries: 0 },
  properties: properties(...own),
  ...rest,
})

const reply = (...tables: readonly TableFeatures[]): MessageNamed<'tableFeaturesReply'> => ({
  ...{ type: 'tableFeaturesReply', xid: 1, flags: 0 },
  tables,
})

const everything = allFields
  .filter(({ code, variable }) => code !== undefined && !variable && code.class !== 0)
  .map(({ code }) => oxmIdOf(code))

const actions = Object.values(ActionType).filter((type) => type !== ActionType.EXPERIMENTER)
const setEth = { write: ids('ethSrc', 'ethDst'), apply: ids('ethDst') }

t.test('tables read as ovs-ofctl shows them', (t) => {
  const whole = [{ type: 'applyActions', ids: typeIds(...actions) }] as const
  sameAsOfctl(t, {
    'a request': { type: 'tableFeaturesRequest', xid: 1, flags: 0, tables: [] },
    'a table that can do little': reply(table(0, [])),
    'a name, metadata and a size': reply(
      table(3, [], { name: 'classifier', metadataMatch: 0xffn, metadataWrite: 0n, maxEntries: 1000000 }),
    ),
    'instructions and actions': reply(
      table(0, [{ type: 'instructions', ids: typeIds(1, 2, 3, 4, 5, 6, 0xffff) }, ...whole]),
    ),
    'the same for both lists of actions': reply(
      table(0, [
        { type: 'writeActions', ids: typeIds(0, 22) },
        { type: 'applyActions', ids: typeIds(22, 0) },
      ]),
    ),
    'table miss is different': reply(
      table(0, [
        { type: 'nextTables', tableIds: [1, 2, 3, 9, 11, 12] },
        { type: 'nextTablesMiss', tableIds: [1] },
        { type: 'instructionsMiss', ids: [] },
        { type: 'writeActionsMiss', ids: typeIds(0) },
      ]),
    ),
    'what can be set': reply(
      table(0, [
        { type: 'writeSetfield', ids: setEth.write },
        { type: 'applySetfield', ids: setEth.apply },
      ]),
    ),
    'what can be matched': reply(
      table(0, [
        { type: 'match', ids: [...masked('ethDst', 'ipv4Dst', 'reg0'), ...ids('inPort', 'ethType', 'tcpDst')] },
        { type: 'wildcards', ids: ids('inPort', 'tcpDst', 'udpDst') },
      ]),
    ),
  })
  t.end()
})

t.test('names of fields are put together as ovs-ofctl does', (t) => {
  const matching = (...keys: readonly FieldKey[]) => reply(table(0, [{ type: 'match', ids: ids(...keys) }]))
  sameAsOfctl(t, {
    'every field of Open vSwitch': reply(
      table(0, [
        {
          type: 'match',
          ids: everything.filter((id) => !['inPhyPort', 'pbbIsid', 'ipv6Exthdr'].includes(oxmIdField(id)?.key ?? '')),
        },
      ]),
    ),
    'a run of registers': matching('reg0', 'reg1', 'reg2', 'reg9', 'reg10', 'reg11'),
    'two are no run': matching('reg0', 'reg1', 'xreg3', 'xxreg1', 'xxreg2'),
    'a common beginning': matching('tcpSrc', 'tcpDst', 'udpSrc', 'sctpDst', 'ipv6NdSll', 'ipv6NdTarget'),
    'one alone': matching('ethType'),
  })
  t.end()
})

t.test('a beginning inside a beginning, which Open vSwitch 3.1 garbles', (t) => {
  const keys = ['tunIpv6Src', 'tunIpv6Dst', 'tunGbpId', 'tunGbpFlags', 'tunFlags'] as const
  const text = formatMessage(reply(table(0, [{ type: 'match', ids: ids(...keys) }])))
  t.match(text, 'must exact match: tun_{ipv6_{src,dst},flags,gbp_{id,flags}}')
  t.end()
})

t.test('tables like the one before are put together', (t) => {
  const nexts = (last: number) => (tableId: number) =>
    table(tableId, [{ type: 'nextTables', tableIds: numbers(tableId + 1, last) }])
  const set = (tableId: number, max = 0) =>
    table(tableId, [{ type: 'writeSetfield', ids: setEth.write }], { maxEntries: max })
  sameAsOfctl(t, {
    'a switch whose tables go forward': reply(...numbers(0, 9).map(nexts(9))),
    'two alike': reply(set(0), set(1)),
    'the same but for their size': reply(set(0, 1), set(1, 2), set(2, 2)),
    'the same but for their match': reply(
      set(0),
      table(1, [
        { type: 'writeSetfield', ids: setEth.write },
        { type: 'match', ids: ids('ethSrc') },
      ]),
      table(2, [{ type: 'match', ids: ids('ethSrc') }]),
    ),
    'the same instructions only': reply(
      set(0),
      table(1, [{ type: 'writeSetfield', ids: setEth.apply }]),
      table(2, [
        { type: 'applySetfield', ids: setEth.apply },
        { type: 'instructions', ids: [] },
      ]),
    ),
    'named ones stand alone': reply(set(0), { ...set(1), name: 'one' }, set(2), set(3), { ...set(4), name: 'four' }),
    'not one after the other': reply(nexts(9)(0), nexts(9)(2), nexts(9)(1)),
  })
  t.end()
})

t.test('properties keep their order, padding and what is unknown', (t) => {
  const odd = reply(
    table(0, [], {
      properties: [
        { type: 'instructions', ids: [...typeIds(1), { id: 0xffff, data: fromHex('00002320') }] },
        { type: 'nextTables', tableIds: [1, 2, 3, 4, 5] },
        { type: 'match', ids: [oxmIdOf(fields.tcpFlags.code), { header: 0x80000000, experimenter: undefined }] },
        { type: 'experimenter', experimenter: 0x2320, expType: 7, data: fromHex('010203') },
        { type: 'experimenterMiss', experimenter: 1, expType: 2, data: none },
        { type: 'unknown', tag: 77, data: fromHex('aabb') },
      ],
    }),
  )
  const bytes = encodeMessage(odd)
  t.same(decodeMessage(bytes), odd)
  t.equal(bytes.length, 16 + 64 + 16 + 16 + 16 + 16 + 16 + 8)
  t.end()
})

t.test('a field whose id has an odd length is known all the same', (t) => {
  const noLength: OxmId = { header: 0x80000600, experimenter: undefined }
  t.equal(oxmIdField(noLength)?.key, 'ethDst')
  t.equal(oxmIdMasked(noLength), false)
  t.equal(oxmIdMasked({ header: 0x80000706, experimenter: undefined }), true)
  t.equal(oxmIdField({ header: 0xffff5406, experimenter: 0x4f4e4600 })?.key, 'tcpFlags')
  t.equal(oxmIdField({ header: 0xffff5406, experimenter: 1 }), undefined)
  const text = formatMessage(reply(table(0, [{ type: 'match', ids: [noLength] }])))
  t.match(text, /must exact match: eth_dst$/)
  t.end()
})

t.test('malformed tables are refused', (t) => {
  const good = toHex(encodeMessage(reply(table(0, [], { properties: [{ type: 'match', ids: ids('ethDst') }] }))))
  const at = (byte: number, hex: string) => fromHex(good.slice(0, byte * 2) + hex + good.slice(byte * 2 + hex.length))
  t.type(decodeMessage(fromHex(good)), 'object')
  for (const [name, bytes] of Object.entries({
    'a table of no bytes': at(16, '0000'),
    'a table that cuts its property': at(16, '0044'),
    'a table longer than the message': at(16, '0050'),
    'a property of no bytes': at(82, '0000'),
    'a property that cuts its field': at(82, '0006'),
    'a property longer than its table': at(82, '0010'),
    'a field without its experimenter': at(84, 'ffff5406'),
  })) {
    t.throws(() => decodeMessage(bytes), ProtocolError, name)
  }
  t.end()
})
