import { spawnSync } from 'node:child_process'
import t from 'tap'
import { bin } from '../support/command.ts'
import { ovs } from '../support/needs.ts'
import { heddle } from './heddle.ts'

const barrier = '0414000800000001'
const echo = '0402000800000002'
const echo10 = '0102000800000003'

t.test('openflow decode prints each message of its argument as ovs-ofctl does', (t) => {
  t.same(heddle(['openflow', 'decode', barrier + echo]), {
    status: 0,
    out: 'OFPT_BARRIER_REQUEST (OF1.3) (xid=0x1):\nOFPT_ECHO_REQUEST (OF1.3) (xid=0x2): 0 bytes of payload\n',
    err: '',
  })
  t.end()
})

t.test('openflow decode reads standard input, blanks and lines allowed, OpenFlow 1.0 too', (t) => {
  const input = `04 14 00 08\n00 00 00 01\r\n\t${echo10.toUpperCase()}\n`
  const lines = ['OFPT_BARRIER_REQUEST (OF1.3) (xid=0x1):', 'OFPT_ECHO_REQUEST (xid=0x3): 0 bytes of payload']
  t.same(heddle(['openflow', 'decode'], input).out.split('\n'), [...lines, ''])
  t.same(heddle(['openflow', 'decode', '-'], input).out.split('\n'), [...lines, ''])
  t.same(heddle(['openflow', 'decode', '-']), { status: 0, out: '', err: '' }, 'no message is no error')
  t.end()
})

t.test('openflow decode --json prints one object a line', (t) => {
  const { out } = heddle(['openflow', 'decode', '--json', barrier + echo + echo10])
  t.same(
    out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
    [
      { type: 'barrierRequest', xid: 1 },
      { type: 'echoRequest', xid: 2, data: '' },
      { type: 'echoRequest', xid: 3, data: '' },
    ],
  )
  t.end()
})

t.test('openflow decode prints what comes before a bad message, then names the error and exits 1', (t) => {
  const refusals = [
    ['04ff000800000001', 'OFPBRC_BAD_TYPE'],
    ['041400090000000100', 'OFPBRC_BAD_LEN'],
    ['0414000700000001', 'OFPBRC_BAD_LEN'],
    ['04140008000000', 'OFPBRC_BAD_LEN'],
    ['0d14000800000001', 'OFPBRC_BAD_VERSION'],
  ] as const
  for (const [bad, name] of refusals) {
    const { status, out, err } = heddle(['openflow', 'decode', echo + bad])
    t.equal(status, 1, bad)
    t.equal(out, 'OFPT_ECHO_REQUEST (OF1.3) (xid=0x2): 0 bytes of payload\n', bad)
    t.match(err, new RegExp(`^ProtocolError ${name}: .*\n$`), bad)
  }
  t.end()
})

t.test('openflow decode shows a HELLO of any version', (t) => {
  const hello = '060000080000000b'
  t.equal(heddle(['openflow', 'decode', hello]).out.split('\n')[0], 'OFPT_HELLO (OF1.5) (xid=0xb):')
  const { out } = heddle(['openflow', 'decode', '--json', hello])
  t.same(JSON.parse(out), { type: 'hello', version: 6, xid: 11, elements: [] })
  t.end()
})

t.test('openflow decode names text that is no hexadecimal, and prints no stack', (t) => {
  for (const hex of ['xyz', '041']) {
    const { status, err } = heddle(['openflow', 'decode', hex])
    t.equal(status, 1)
    t.match(err, /^TextSyntaxError: .*\n$/)
  }
  t.end()
})

const texts = [
  ['flow-mod', 'table=2,priority=10,tcp,nw_dst=10.0.0.0/8,tp_dst=80,actions=dec_ttl,output:2'],
  ['group-mod', 'group_id=7,type=select,bucket=weight:1,actions=output:1,bucket=weight:2,actions=output:2'],
  ['meter-mod', 'meter=3,kbps,band=type=drop,rate=1000'],
  ['packet-out', 'in_port=LOCAL packet=ffffffffffff0200000000010806 actions=output:1'],
] as const

t.test('openflow encode prints hexadecimal that Open vSwitch reads as openflow decode does', (t) => {
  if (!ovs(t)) return t.end()
  for (const [kind, text] of texts) {
    const { status, out, err } = heddle(['openflow', 'encode', kind, text])
    t.same([status, err], [0, ''], text)
    t.match(out, /^04[0-9a-f]+\n$/, kind)
    const judged = spawnSync('ovs-ofctl', ['ofp-print', out.trim()], { encoding: 'utf8' }).stdout
    // Behind the first line of a packet-out ovs-ofctl describes the packet, where we print its bytes.
    t.equal(heddle(['openflow', 'decode', out]).out.split('\n')[0], judged.split('\n')[0], kind)
  }
  t.end()
})

t.test('openflow encode names the part of a text that it cannot understand', (t) => {
  const { status, out, err } = heddle(['openflow', 'encode', 'flow-mod', 'nonsense=1,actions=drop'])
  t.same([status, out], [1, ''])
  t.match(err, /^\w+Error: .*nonsense.*\n$/)
  t.match(heddle(['openflow', 'encode', 'port-mod', 'x']), {
    status: 1,
    err: /flow-mod, group-mod, meter-mod, packet-out/,
  })
  t.end()
})

t.test('openflow coverage lists what the codec supports', (t) => {
  const { status, out } = heddle(['openflow', 'coverage'])
  t.equal(status, 0)
  t.match(out, /^flowMod +14 +OFPT_FLOW_MOD$/m)
  t.match(out, /^ethDst +eth_dst dl_dst +48 +any +yes +none +OXM_OF_ETH_DST 0x8000\/3 +NXM_OF_ETH_DST 0x0\/1$/m)
  t.match(out, /^OFPBRC_BAD_LEN +1 +6$/m)
  t.end()
})

t.test('openflow coverage --json has all 40 fields of OpenFlow 1.3 and all its message types', (t) => {
  const tables = JSON.parse(heddle(['openflow', 'coverage', '--json']).out)
  const oxm: string = tables['match fields'].map((row: { oxm: string }) => row.oxm).join(', ')
  const missing = Array.from({ length: 40 }, (_, number) => number).filter(
    (number) => !new RegExp(`OXM_OF_\\w+ 0x8000/${number}(,|$)`).test(oxm),
  )
  t.same(missing, [])
  // 18 and 19 are the multipart messages, which have a table of their own.
  const types = new Set(tables.messages.map((row: { number: string }) => Number(row.number)))
  const untyped = Array.from({ length: 30 }, (_, type) => type).filter((type) => !types.has(type))
  t.same(untyped, [18, 19])
  t.ok(tables['multipart messages'].length >= 30)
  t.end()
})

t.test('a reader that stops early, as head does, is no error', (t) => {
  const script = 'set -o pipefail; "$0" "$1" openflow coverage | head -n 1'
  const { status, stdout, stderr } = spawnSync('bash', ['-c', script, process.execPath, bin], { encoding: 'utf8' })
  t.same([status, stderr], [0, ''])
  t.match(stdout, /^MESSAGES/)
  t.end()
})

t.test('heddle --version is the version of package.json', (t) => {
  t.match(heddle(['--version']).out, /^\d+\.\d+\.\d+\n$/)
  t.end()
})
