import assert from 'node:assert/strict'
import t from 'tap'
import type { OxmCode } from '../../controller/openflow/fields/field.ts'
import { encodeOxms } from '../../controller/openflow/fields/match-codec.ts'
import { codeByName } from '../../controller/openflow/fields/oxm.ts'
import {
  allFields,
  canonicalMatch,
  checkPrerequisites,
  type FieldKey,
  field,
  fields,
  formatMatch,
  type Match,
  match,
  matchField,
  Oxm,
  toHex,
  Writer,
} from '../../controller/openflow/index.ts'
import fc from '../support/random.ts'
import { contexts } from './generate/contexts.ts'
import { assemble, soundOxm } from './generate/fields.ts'
import { soundParts } from './generate/sound.ts'

const bytesOf = (oxms: Match): string => {
  const writer = new Writer()
  encodeOxms(writer, oxms, 'match')
  return toHex(writer.finish())
}

const keys = (oxms: Match): string[] => oxms.map((oxm) => oxm.field.key)

t.test('a match has its fields in the order in which Open vSwitch writes them', (t) => {
  const made = match({ tcpDst: 80, ipProto: 6, ethType: 0x0800, ipv4Dst: '10.0.0.0/8', inPort: 3 })
  t.same(keys(made), ['inPort', 'ethType', 'ipv4Dst', 'ipProto', 'tcpDst'])
  t.equal(
    bytesOf(made),
    '8000000400000003' + '80000a020800' + '800019080a000000ff000000' + '8000140106' + '80001c020050',
  )
  t.same(match({ inPort: undefined } as object), [], 'a field left undefined is none')
  t.end()
})

t.test('a value is a number, a bigint or text', (t) => {
  const same = (key: FieldKey, ...inputs: readonly unknown[]): void => {
    const [first] = inputs
    for (const input of inputs) t.same(field(key, input), field(key, first), `${key}: ${JSON.stringify(input, String)}`)
  }
  same('ethDst', 0x020000000001, '02:00:00:00:00:01', '2:0:0:0:0:1', 0x020000000001n)
  same('ipv4Src', 0x0a000001, '10.0.0.1', '10.0.0.1/32', '10.0.0.1/255.255.255.255')
  same(
    'ipv4Src',
    '10.1.2.3/8',
    '10.0.0.0/255.0.0.0',
    { value: 0x0a010203, mask: 0xff000000 },
    { value: '10.0.0.0', mask: '255.0.0.0' },
  )
  same('ipv6Dst', 1n, '::1', '::1/128', 1)
  same('tunnelId', 42n, 42, '42', '0x2a', '0x2a/0xffffffffffffffff')
  same('inPort', 0xfffffffe, 'LOCAL', 'local', '65534')
  same('ctState', { value: 0x22, mask: 0x32 }, '+est+trk-inv', '0x22/0x32')
  same('tcpFlags', 0x12, 'syn|ack', '0x12')
  same('ipFrag', 0, 'no')
  same('reg0', { value: 0xffff, mask: 0xff }, { value: 0xff, mask: 0xff }, '0xff/0xff')
  t.end()
})

t.test('a mask of all ones is an exact match, bits outside a mask do not count', (t) => {
  t.same(field('reg0', { value: 5, mask: 0xffffffff }), new Oxm(fields.reg0.code, 5))
  t.same(field('vlanVid', { value: 0x1005, mask: 0x1fff }), new Oxm(fields.vlanVid.code, 0x1005))
  t.same(field('xxreg0', { value: 5n, mask: (1n << 128n) - 1n }), new Oxm(fields.xxreg0.code, 5n))
  t.same(field('metadata', { value: 0xffffn, mask: 0xf0n }), new Oxm(fields.metadata.code, 0xf0n, 0xf0n))
  t.same(
    field('ethType', { value: 0x0800, mask: 0xffff }),
    new Oxm(fields.ethType.code, 0x0800),
    'even where no mask is taken',
  )
  t.end()
})

t.test('what is not a value is refused, with the field that it was for', (t) => {
  const refusal = (key: string, input: unknown): string => {
    try {
      field(key as FieldKey, input)
      return 'taken'
    } catch (error) {
      return `${(error as Error).name}: ${(error as Error).message}`
    }
  }
  t.equal(refusal('reg0', 2 ** 32), 'ValueTooWideError: reg0: 0x100000000 has more than 32 bits')
  t.equal(
    refusal('reg0', { value: 0, mask: 2 ** 32 }),
    'ValueTooWideError: reg0 mask: 0x100000000 has more than 32 bits',
  )
  t.equal(refusal('metadata', 1n << 64n), 'ValueTooWideError: metadata: 0x10000000000000000 has more than 64 bits')
  t.equal(refusal('reg0', -1), 'EncodeError: reg0: an unsigned integer is expected, not -1')
  t.equal(refusal('reg0', 1.5), 'EncodeError: reg0: an unsigned integer is expected, not 1.5')
  t.equal(refusal('reg0', Number.NaN), 'EncodeError: reg0: an unsigned integer is expected, not NaN')
  t.equal(refusal('metadata', 2 ** 53), `EncodeError: metadata: an unsigned integer is expected, not ${2 ** 53}`)
  t.match(refusal('reg0', null), /^EncodeError: reg0: /)
  t.match(refusal('reg0', { value: 1 }), /^EncodeError: reg0: /)
  t.match(refusal('reg0', { value: null, mask: 1 }), /^EncodeError: reg0: /)
  t.match(refusal('reg0', 'five'), /^TextSyntaxError: .*"five"/)
  t.match(refusal('ethDst', '02:00'), /^TextSyntaxError: .*"02:00"/)
  t.equal(refusal('ethType', { value: 0x0800, mask: 0xff00 }), 'UnmaskableFieldError: ethType: takes no mask')
  t.equal(refusal('ipProto', '6/7'), 'UnmaskableFieldError: ipProto: takes no mask')
  t.end()
})

t.test('a missing prerequisite is named with what it must be', (t) => {
  const refusal = (...oxms: Match): string => {
    try {
      checkPrerequisites(oxms)
      return 'complete'
    } catch (error) {
      return (error as Error).message
    }
  }
  const ip = field('ethType', 0x0800)
  t.equal(refusal(field('tcpDst', 80)), 'tcpDst: needs ipProto = 0x6')
  t.equal(refusal(field('tcpDst', 80), field('ipProto', 6)), 'tcpDst: needs ethType = 0x800 or 0x86dd')
  t.equal(refusal(field('tcpDst', 80), field('ipProto', 6), ip), 'complete', 'in any order')
  t.equal(refusal(field('ipv6NdTarget', 1n)), 'ipv6NdTarget: needs icmpv6Type = 0x87 or 0x88')
  t.equal(refusal(field('vlanPcp', 1)), 'vlanPcp: needs vlanVid')
  t.equal(refusal(field('vlanPcp', 1), field('vlanVid', { value: 0x1000, mask: 0x1000 })), 'complete')
  t.end()
})

t.test('every field that has prerequisites is refused without them, and taken with them', (t) => {
  for (const one of allFields.filter(({ needs }) => needs.length > 0)) {
    const oxm = fc.sample(soundOxm(one), { numRuns: 1, seed: 1 })[0] as Oxm
    const context = contexts.find((some) => some.fields.includes(one) || some.base.some((base) => base.field === one))
    t.throws(() => checkPrerequisites([oxm]), { name: 'MissingPrerequisiteError' }, one.key)
    if (context) t.doesNotThrow(() => checkPrerequisites(assemble(context.base, [oxm])), one.key)
  }
  t.end()
})

t.test('a field of a match is found by its name', (t) => {
  const made = match({ inPort: 3, reg0: { value: 1, mask: 1 } })
  t.equal(matchField(made, 'inPort')?.value, 3)
  t.same([matchField(made, 'reg0')?.value, matchField(made, 'reg0')?.mask], [1, 1])
  t.equal(matchField(made, 'reg1'), undefined)
  t.end()
})

const oxm = (name: string, value: number | bigint, mask?: number | bigint): Oxm =>
  new Oxm(codeByName(name) as OxmCode, value, mask)

/** Matches that mean the same: the first is the canonical one. */
const alike: Readonly<Record<string, readonly Match[]>> = {
  'other numbers of a field': [
    [oxm('OXM_OF_ETH_DST', 1), oxm('OXM_OF_ETH_TYPE', 0x0800), oxm('OXM_OF_IPV4_SRC', 5)],
    [oxm('NXM_OF_IP_SRC', 5), oxm('NXM_OF_ETH_TYPE', 0x0800), oxm('NXM_OF_ETH_DST', 1)],
  ],
  'a port of 16 bits': [[oxm('OXM_OF_IN_PORT', 0xfffffffe)], [oxm('NXM_OF_IN_PORT', 0xfffe)]],
  'wide registers': [
    [oxm('NXM_NX_REG2', 0x11), oxm('NXM_NX_REG3', 0x22)],
    [oxm('OXM_OF_PKT_REG1', 0x00000011_00000022n)],
  ],
  'wider registers under a mask': [
    [oxm('NXM_NX_REG4', 0x1, 0xf), oxm('NXM_NX_REG7', 0x4)],
    [oxm('NXM_NX_XXREG1', 0x00000001_00000000_00000000_00000004n, 0x0000000f_00000000_00000000_ffffffffn)],
  ],
  'a VLAN tag': [[oxm('OXM_OF_VLAN_VID', 0x1005), oxm('OXM_OF_VLAN_PCP', 3)], [oxm('NXM_OF_VLAN_TCI', 0x7005)]],
  'a VLAN without its priority': [
    [oxm('OXM_OF_VLAN_VID', 0x1005)],
    [oxm('NXM_OF_VLAN_TCI', 0x1005, 0x1fff)],
    [oxm('OXM_OF_VLAN_VID', 0x1005, 0x1fff)],
  ],
  'no VLAN tag': [[oxm('OXM_OF_VLAN_VID', 0)], [oxm('NXM_OF_VLAN_TCI', 0)]],
  'half a tag, which has no other form': [
    [oxm('NXM_OF_VLAN_TCI', 0x2000, 0x6000)],
    [oxm('NXM_OF_VLAN_TCI', 0x2000, 0x6000)],
  ],
  'the type of service': [
    [oxm('OXM_OF_ETH_TYPE', 0x0800), oxm('OXM_OF_IP_DSCP', 46)],
    [oxm('OXM_OF_ETH_TYPE', 0x0800), oxm('NXM_OF_IP_TOS', 46 << 2)],
  ],
  'masks that say nothing, or all': [
    [oxm('NXM_NX_REG0', 7)],
    [oxm('NXM_NX_REG0', 7, 0xffffffff), oxm('NXM_NX_REG1', 0, 0)],
  ],
  'masks with bits that the field does not have': [
    [oxm('OXM_OF_ETH_TYPE', 0x0800), oxm('NXM_NX_IP_FRAG', 1)],
    [oxm('OXM_OF_ETH_TYPE', 0x0800), oxm('NXM_NX_IP_FRAG', 1, 0xff)],
  ],
  'the state of a connection, of which eight bits are known': [
    [oxm('NXM_NX_CT_STATE', 0x2a, 0xff)],
    [oxm('NXM_NX_CT_STATE', 0x2a)],
    [oxm('NXM_NX_CT_STATE', 0x2a, 0xffff)],
  ],
  'the one flag of a tunnel': [
    [oxm('NXM_NX_TUN_FLAGS', 1, 1)],
    [oxm('NXM_NX_TUN_FLAGS', 1)],
    [oxm('NXM_NX_TUN_FLAGS', 1, 0xffff)],
  ],
  'any packet': [[], [oxm('OXM_OF_METADATA', 0n, 0n)], [oxm('NXM_OF_VLAN_TCI', 0, 0)], [oxm('NXM_NX_CT_STATE', 0, 0)]],
}

t.test('matches that mean the same have the same canonical form', (t) => {
  for (const [what, [canonical = [], ...others]] of Object.entries(alike)) {
    t.equal(bytesOf(canonicalMatch(canonical)), bytesOf(canonical), what)
    for (const other of others) t.equal(bytesOf(canonicalMatch(other)), bytesOf(canonical), what)
  }
  t.end()
})

t.test('the order of fields does not matter to the canonical form, nor to the text', (t) => {
  fc.assert(
    fc.property(soundParts.match, (made) => {
      const backwards = made.toReversed()
      assert.equal(bytesOf(canonicalMatch(backwards)), bytesOf(canonicalMatch(made)))
      assert.equal(formatMatch(backwards), formatMatch(made))
    }),
    { numRuns: 300 },
  )
  t.pass('300 matches')
  t.end()
})
