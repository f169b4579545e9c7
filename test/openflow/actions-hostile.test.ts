import t from 'tap'
import { type Action, actions } from '../../controller/openflow/actions/actions.ts'
import { ProtocolError } from '../../controller/openflow/wire/errors.ts'
import { fromHex, toHex } from '../../controller/openflow/wire/json.ts'
import { Reader } from '../../controller/openflow/wire/reader.ts'
import { Writer } from '../../controller/openflow/wire/writer.ts'

const decode = (bytes: Uint8Array): readonly Action[] => actions.decode(Reader.of(bytes, 'OFPBAC_BAD_LEN'))

const encode = (list: readonly Action[]): Uint8Array => {
  const writer = new Writer()
  actions.encode(writer, list, 'actions')
  return writer.finish()
}

const zeros = (bytes: number): string => '00'.repeat(bytes)
const hex4 = (value: number): string => value.toString(16).padStart(4, '0')

/** A Nicira action with its right length. */
const nicira = (subtype: number, body: string): string =>
  `ffff${hex4(10 + body.length / 2)}00002320${hex4(subtype)}${body}`

const NOTHING = nicira(17, zeros(6))

const refused: readonly (readonly [what: string, hex: string, error: string])[] = [
  ['an action of length 0', '0000000000000001', 'OFPBAC_BAD_LEN'],
  ['an action of length 4', '0000000400000001', 'OFPBAC_BAD_LEN'],
  ['an action of length 7', '0000000700000001', 'OFPBAC_BAD_LEN'],
  ['an action of length 9', `00000009${zeros(12)}`, 'OFPBAC_BAD_LEN'],
  ['an action of length 65535', `0000ffff${zeros(12)}`, 'OFPBAC_BAD_LEN'],
  ['an action of length 65528', `0000fff8${zeros(12)}`, 'OFPBAC_BAD_LEN'],
  ['half a header after an action', `${NOTHING}0000`, 'OFPBAC_BAD_LEN'],
  ['an unknown type', '1234000800000000', 'OFPBAC_BAD_TYPE'],
  ['an output cut short', '0000000800000001', 'OFPBAC_BAD_LEN'],
  ['a push_vlan of 16 bytes', `0011001081000000${zeros(8)}`, 'OFPBAC_BAD_LEN'],
  ['two fields in a set_field', '0019001880000204000000018000020400000001'.padEnd(48, '0'), 'OFPBAC_BAD_SET_LEN'],
  ['a set_field longer than its action', '0019000880000606', 'OFPBAC_BAD_SET_LEN'],
  ['a reg_move without fields', nicira(6, zeros(6)), 'OFPBAC_BAD_LEN'],
  ['a reg_move of a field with a mask', nicira(6, '0020000000000001010800010204'), 'OFPBAC_BAD_ARGUMENT'],
  ['a reg_load to an experimenter field', nicira(7, `001fffff0c08${zeros(8)}`), 'OFPBAC_BAD_ARGUMENT'],
  ['a bundle of 65535 members and room for none', nicira(12, `00010000000000000002ffff${zeros(10)}`), 'OFPBAC_BAD_LEN'],
  [
    'a bundle of 5 members and room for 4',
    nicira(12, `000100000000000000020005${zeros(10)}${zeros(8)}`),
    'OFPBAC_BAD_LEN',
  ],
  [
    'a bundle of 1 member and room for 5',
    nicira(12, `000100000000000000020001${zeros(10)}${zeros(16)}`),
    'OFPBAC_BAD_LEN',
  ],
  ['a bundle of things other than ports', nicira(12, `000100000000000000040000${zeros(10)}`), 'OFPBAC_BAD_ARGUMENT'],
  ['65535 controllers for an expired TTL and room for none', nicira(21, `ffff${zeros(4)}`), 'OFPBAC_BAD_LEN'],
  ['a conjunction of 24 bytes', nicira(34, zeros(14)), 'OFPBAC_BAD_LEN'],
  ['a learned constant of 2047 bits', nicira(16, `${zeros(22)}27ff${zeros(6)}`), 'OFPBAC_BAD_LEN'],
  [
    'a learned constant with more bits than it says',
    nicira(16, `${zeros(22)}200400100001020400000000${zeros(4)}`),
    'OFPBAC_BAD_ARGUMENT',
  ],
  ['a learned output of a constant', nicira(16, `${zeros(22)}30100001${zeros(4)}`), 'OFPBAC_BAD_ARGUMENT'],
  ['a learned spec of an unknown kind', nicira(16, `${zeros(22)}1810${zeros(6)}`), 'OFPBAC_BAD_ARGUMENT'],
  ['a learned spec cut short', nicira(16, `${zeros(22)}0010000102040000`), 'OFPBAC_BAD_LEN'],
  ['a learn result without its field', nicira(45, `${zeros(14)}0004${zeros(6)}${zeros(8)}`), 'OFPBAC_BAD_LEN'],
  ['a learn result bit that no flag asks for', nicira(45, `${zeros(22)}${zeros(4)}00090000`), 'OFPBAC_BAD_ARGUMENT'],
  ['a controller property of length 0', nicira(37, `${zeros(6)}00000000${zeros(4)}`), 'OFPBAC_BAD_LEN'],
  ['a controller property of length 3', nicira(37, `${zeros(6)}00030003${zeros(4)}`), 'OFPBAC_BAD_LEN'],
  ['a controller property past the end', nicira(37, `${zeros(6)}0003ffff${zeros(4)}`), 'OFPBAC_BAD_LEN'],
  ['a controller property of an unknown type', nicira(37, `${zeros(6)}00630008${zeros(4)}`), 'OFPBAC_BAD_ARGUMENT'],
  ['a ct without its fixed part', nicira(35, zeros(6)), 'OFPBAC_BAD_LEN'],
  ['a ct with half an action in it', nicira(35, `0001${zeros(4)}0000ff${zeros(5)}0000001000000001`), 'OFPBAC_BAD_LEN'],
  ['a nat without the addresses that it announces', nicira(36, `000000010005`), 'OFPBAC_BAD_LEN'],
  ['a nat with members that do not exist', nicira(36, `000000010040`), 'OFPBAC_BAD_ARGUMENT'],
  ['an encap property of length 0', nicira(46, `00000001894f00040100${zeros(4)}`), 'OFPBAC_BAD_LEN'],
  ['an encap property past the end', nicira(46, `00000001894f000401ff${zeros(4)}`), 'OFPBAC_BAD_LEN'],
  ['an output_reg2 with half an experimenter header', nicira(32, '001f0000ffff'), 'OFPBAC_BAD_LEN'],
  ['a write_metadata without its mask', nicira(22, zeros(14)), 'OFPBAC_BAD_LEN'],
  ['a delete_field of 16 bytes', nicira(50, '0001507c0000'), 'OFPBAC_BAD_LEN'],
  ['a sample3 of 24 bytes', nicira(41, zeros(14)), 'OFPBAC_BAD_LEN'],
]

t.test('malformed actions are refused by name', (t) => {
  for (const [what, hex, errorName] of refused)
    t.throws(() => decode(fromHex(hex)), { name: 'ProtocolError', errorName }, what)
  t.end()
})

/** Actions inside each other, `depth` of them. */
const nested = (depth: number, wrap: (inner: string) => string): string => {
  let hex = NOTHING
  for (let level = 0; level < depth; level++) hex = wrap(hex)
  return hex
}

const clone = (inner: string): string => nicira(42, zeros(6) + inner)
const ct = (inner: string): string => nicira(35, `0001${zeros(4)}0000ff${zeros(5)}${inner}`)

t.test('actions nest as deep as flows need, and no deeper', (t) => {
  for (const wrap of [clone, ct]) {
    t.equal(toHex(encode(decode(fromHex(nested(8, wrap))))), nested(8, wrap))
    for (const depth of [30, 2700]) {
      t.throws(() => decode(fromHex(nested(depth, wrap))), { message: /^OFPBAC_TOO_MANY/ }, `${depth} deep`)
    }
  }
  t.end()
})

t.test('every cut of a list is a list, or a named error', (t) => {
  const bytes = fromHex(ct(nicira(36, '00000001000100000a0000010000'.slice(0, 28))) + clone(NOTHING) + NOTHING)
  for (let length = 0; length < bytes.length; length++) {
    try {
      decode(bytes.subarray(0, length))
      t.equal(length % 8, 0, 'only whole actions pass')
    } catch (error) {
      t.ok(error instanceof ProtocolError, `${length} bytes`)
    }
  }
  t.end()
})

t.test('8000 actions are read in time that grows with their number', (t) => {
  t.equal(decode(fromHex(NOTHING.repeat(4000))).length, 4000)
  t.end()
})

const port = { type: 'resubmit', inPort: 0xff01 } as const
const unencodable: readonly (readonly [what: string, action: unknown])[] = [
  ['an unknown type', { type: 'nosuch' }],
  ['a port that has no 16-bit number', port],
  ['a TTL of 256', { type: 'setNwTtl', ttl: 256 }],
  ['a cookie that is no bigint', { type: 'writeMetadata', metadata: 5, mask: 0n }],
  ['a nat address of 129 bits', { type: 'nat', flags: 1, ipv6Min: 1n << 128n }],
  ['a list of controllers that is none', { type: 'decTtlCntIds', controllerIds: 5 }],
]

t.test("objects that no bytes stand for are a programmer's error", (t) => {
  for (const [what, action] of unencodable)
    t.throws(() => encode([action as Action]), { message: /^actions\[0\]/ }, what)
  t.end()
})
