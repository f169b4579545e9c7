import t, { type Test } from 'tap'
import {
  field,
  formatMatch,
  type MatchInput,
  MissingPrerequisiteError,
  match,
  UnknownFieldError,
  UnmaskableFieldError,
  ValueTooWideError,
} from '../../controller/openflow/index.ts'

// Each line after a @ts-expect-error must not compile: `npm run check` fails where it does.

type ErrorClass = new (path: string, reason: string) => Error

const refuses = (t: Test, error: ErrorClass, makers: readonly (() => unknown)[]): void => {
  for (const make of makers) t.throws(make, error, String(make))
}

t.test('a mask on a field that takes none', (t) => {
  refuses(t, UnmaskableFieldError, [
    // @ts-expect-error
    () => match({ ethType: { value: 0x0800, mask: 0xff00 } }),
    // @ts-expect-error
    () => match({ inPort: { value: 1, mask: 1 } }),
    // @ts-expect-error
    () => match({ vlanVid: 0x1005, vlanPcp: { value: 1, mask: 1 } }),
    // @ts-expect-error
    () => match({ ethType: 0x0800, ipProto: { value: 6, mask: 2 } }),
    // @ts-expect-error
    () => match({ ctState: 0x20, ctNwProto: { value: 6, mask: 2 } }),
  ])
  t.end()
})

t.test('a field without those that it depends on', (t) => {
  refuses(t, MissingPrerequisiteError, [
    // @ts-expect-error
    () => match({ ipProto: 6 }),
    // @ts-expect-error
    () => match({ ipv4Dst: '10.0.0.0/8' }),
    // @ts-expect-error
    () => match({ ethType: 0x86dd, ipv4Dst: 1 }),
    // @ts-expect-error
    () => match({ ethType: 0x0800, tcpDst: 80 }),
    // @ts-expect-error
    () => match({ ethType: 0x0800, ipProto: 17, tcpDst: 80 }),
    // @ts-expect-error
    () => match({ ipProto: 6, tcpDst: 80 }),
    // @ts-expect-error
    () => match({ vlanPcp: 1 }),
    // @ts-expect-error
    () => match({ ethType: 0x0800, arpOp: 1 }),
    // @ts-expect-error
    () => match({ ethType: 0x0800, mplsLabel: 1 }),
    // @ts-expect-error
    () => match({ ethType: 0x86dd, ipProto: 58, icmpv6Type: 135, ipv6NdTll: 1 }),
    // @ts-expect-error
    () => match({ ethType: 0x86dd, ipProto: 58, ipv6NdTarget: 1n }),
    // @ts-expect-error
    () => match({ ctNwSrc: 1 }),
    // @ts-expect-error
    () => match({ ethType: 0x0806, nshSpi: 1 }),
  ])
  t.end()
})

/** One bit more than the 124 bytes of an option. */
const wideOption = {
  tunMetadata0:
    0x1_00000000_00000000_00000000_00000000_00000000_00000000_00000000_00000000_00000000_00000000_00000000_00000000_00000000_00000000_00000000_00000000_00000000_00000000_00000000_00000000_00000000_00000000_00000000_00000000_00000000_00000000_00000000_00000000_00000000_00000000_00000000n,
} as const

t.test('a value with more bits than its field', (t) => {
  refuses(t, ValueTooWideError, [
    // @ts-expect-error
    () => match({ vlanVid: 0x2000 }),
    // @ts-expect-error
    () => match({ vlanVid: 0x1005, vlanPcp: 8 }),
    // @ts-expect-error
    () => match({ inPort: 0x1_0000_0000 }),
    // @ts-expect-error
    () => match({ ethType: 65536 }),
    // @ts-expect-error
    () => match({ ethDst: 0x1_0000_0000_0000 }),
    // @ts-expect-error
    () => match({ metadata: 0x1_0000_0000_0000_0000n }),
    // @ts-expect-error
    () => match({ xxreg0: 0x1_0000_0000_0000_0000_0000_0000_0000_0000n }),
    // @ts-expect-error
    () => match({ ethType: 0x86dd, ipv6Src: 0x1_0000_0000_0000_0000_0000_0000_0000_0000n }),
    // @ts-expect-error
    () => match({ reg0: 4294967296 }),
    // @ts-expect-error
    () => match({ ...wideOption }),
  ])
  t.end()
})

t.test('a value or a mask with more bits than its field', (t) => {
  refuses(t, ValueTooWideError, [
    // @ts-expect-error
    () => match({ reg0: { value: 0x1_0000_0000, mask: 0xff } }),
    // @ts-expect-error
    () => match({ reg0: { value: 0, mask: 0x1_0000_0000 } }),
    // @ts-expect-error
    () => match({ vlanVid: { value: 0x1000, mask: 0x3000 } }),
    // @ts-expect-error
    () => match({ metadata: { value: 1n, mask: 0x1_0000_0000_0000_0000n } }),
    // @ts-expect-error
    () => match({ metadata: { value: 0x1_0000_0000_0000_0000n, mask: 1n } }),
    // @ts-expect-error
    () => match({ ethType: 0x0800, ipv4Src: { value: 1, mask: 0x1_0000_0000 } }),
  ])
  t.end()
})

t.test('numbers that no field can have', (t) => {
  const wrong: readonly (() => unknown)[] = [
    // @ts-expect-error
    () => match({ reg0: -1 }),
    // @ts-expect-error
    () => match({ reg0: 1.5 }),
    // @ts-expect-error
    () => match({ metadata: -1n }),
    // @ts-expect-error
    () => match({ reg0: { value: -1, mask: 1 } }),
    // @ts-expect-error
    () => match({ reg0: 1e21 }),
    // @ts-expect-error
    () => match({ reg0: '5x' }),
    // @ts-expect-error
    () => match({ reg0: true }),
    // @ts-expect-error
    () => match({ reg0: { value: 1 } }),
  ]
  for (const make of wrong) t.throws(make, String(make))
  t.end()
})

t.test('legal matches compile and hold what they say', (t) => {
  const port: number = 7
  const metadata: bigint = 5n
  const made = {
    'any packet': match({}),
    'a port known at run time': match({ inPort: port, metadata }),
    'addresses as text': match({
      ethType: 0x0800,
      ipv4Src: '10.0.0.0/8',
      ipv4Dst: '10.0.0.1',
      ethDst: '02:00:00:00:00:01',
    }),
    masks: match({ ethDst: { value: 0x0100_0000_0000, mask: 0x0100_0000_0000 }, metadata: { value: 1n, mask: 0xffn } }),
    'a port of either protocol version': match({
      ethType: 0x86dd,
      ipProto: 6,
      tcpDst: { value: 0x1000, mask: 0xf000 },
    }),
    'neighbour discovery': match({
      ethType: 0x86dd,
      ipProto: 58,
      icmpv6Type: 136,
      ipv6NdTarget: '2001:db8::1',
      ipv6NdTll: 5,
    }),
    'a tag': match({ vlanVid: { value: 0x1000, mask: 0x1000 }, vlanPcp: 7 }),
    'the largest values': match({
      reg0: 0xffff_ffff,
      xreg1: 0xffff_ffff_ffff_ffffn,
      vlanVid: 0x1fff,
      ethSrc: 0xffff_ffff_ffff,
    }),
    'a tracked connection': match({ ethType: 0x0800, ctState: { value: 0x22, mask: 0x22 }, ctNwDst: '10.0.0.1' }),
    'an option': match({ tunMetadata0: 5n }),
  }
  t.same(Object.fromEntries(Object.entries(made).map(([name, fields]) => [name, formatMatch(fields)])), {
    'any packet': '',
    'a port known at run time': 'metadata=0x5,in_port=7',
    'addresses as text': 'ip,dl_dst=02:00:00:00:00:01,nw_src=10.0.0.0/8,nw_dst=10.0.0.1',
    masks: 'metadata=0x1/0xff,dl_dst=01:00:00:00:00:00/01:00:00:00:00:00',
    'a port of either protocol version': 'tcp6,tp_dst=0x1000/0xf000',
    'neighbour discovery': 'icmp6,icmp_type=136,nd_target=2001:db8::1,nd_tll=00:00:00:00:00:05',
    'a tag': 'dl_vlan_pcp=7',
    'the largest values': 'reg0=0xffffffff,reg2=0xffffffff,reg3=0xffffffff,dl_vlan=4095,dl_src=ff:ff:ff:ff:ff:ff',
    'a tracked connection': 'ct_state=+est+trk,ct_nw_dst=10.0.0.1,ip',
    'an option': 'tun_metadata0=0x5',
  })
  t.end()
})

t.test('a match made elsewhere is checked at run time', (t) => {
  const input: MatchInput = { ethType: 0x0800, ipProto: 6 }
  t.equal(formatMatch(match(input)), 'tcp')
  const incomplete: MatchInput = { ipProto: 6 }
  t.throws(() => match(incomplete), MissingPrerequisiteError)
  t.end()
})

t.test('a field that there is not', (t) => {
  refuses(t, UnknownFieldError, [
    // @ts-expect-error
    () => match({ ethSource: 1 }),
    // @ts-expect-error
    () => match({ inPort: 1, reg16: 1 }),
    // @ts-expect-error
    () => field('dl_dst', 1),
  ])
  t.end()
})
