import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { parseActions10 } from '../../controller/openflow/of10/action-text.ts'
import { formatActions10 } from '../../controller/openflow/of10/actions.ts'
import { formatFlow, parseFlowMod } from '../../controller/openflow/of10/flow-text.ts'
import { encodeMessage, formatMessage, type Message10 } from '../../controller/openflow/of10/messages.ts'
import { Framer } from '../../controller/openflow/stream/framer.ts'
import { TextSyntaxError } from '../../controller/openflow/wire/errors.ts'
import { toHex } from '../../controller/openflow/wire/json.ts'
import { ovs } from '../support/needs.ts'
import fc from '../support/random.ts'
import { normalFlowMod, normalMessage, vendorAction } from './of10-samples.ts'

const run = promisify(execFile)

/** What ovs-ofctl prints at verbosity 0, which leaves packets and the payload of echoes out. */
const ofpPrint = async (message: Message10): Promise<string> => {
  const { stdout } = await run('ovs-ofctl', ['ofp-print', toHex(encodeMessage(message)), '0'])
  return stdout.trimEnd()
}

const withoutPacket = (text: string): string =>
  (text.startsWith('OFPT_ECHO') ? text.replace(/\n.*/s, '') : text.replace(/\npacket=[0-9a-f]*$/, '')).trimEnd()

/** Open vSwitch gives flows that match every field the highest priority, whatever they say. */
const isExact = (message: Message10): boolean =>
  message.type === 'flowMod' &&
  encodeMessage(message)
    .subarray(8, 12)
    .every((byte) => byte === 0)

t.test('messages read as ovs-ofctl prints them', async (t) => {
  if (!ovs(t)) return
  const messages = fc.sample(normalMessage, { numRuns: 250, seed: 10 }).filter((message) => !isExact(message))
  for (let at = 0; at < messages.length; at += 16) {
    const batch = messages.slice(at, at + 16)
    const texts = await Promise.all(batch.map(ofpPrint))
    for (const [index, message] of batch.entries()) {
      const shown = withoutPacket(formatMessage(message))
      if (shown !== texts[index]) t.equal(shown, texts[index], toHex(encodeMessage(message)))
    }
  }
  t.equal(new Set(messages.map(({ type }) => type)).size, 18, 'every type that ovs-ofctl prints was among them')
})

const HELLO = Uint8Array.of(1, 0, 0, 8, 0, 0, 0, 0)
const Type = { FLOW_MOD: 14, BARRIER_REQUEST: 18, BARRIER_REPLY: 19 } as const

/** A switch that only notes the flow-mods it is sent. */
const noteFlowMods = (socket: Socket, flowMods: Uint8Array[]): void => {
  const framer = new Framer({
    frame(_view, bytes, start, end) {
      const type = bytes[start + 1]
      if (type === Type.FLOW_MOD) flowMods.push(bytes.slice(start, end))
      if (type === Type.BARRIER_REQUEST) {
        const reply = bytes.slice(start, end)
        reply[1] = Type.BARRIER_REPLY
        socket.write(reply)
      }
      return true
    },
    error: () => false,
  })
  socket.on('error', () => {})
  socket.on('data', (chunk) => framer.push(chunk))
  socket.write(HELLO)
}

/** The flow-mods that `ovs-ofctl add-flows` makes of a file's lines. */
const byOvsOfctl = async (lines: readonly string[]): Promise<Uint8Array[]> => {
  const flowMods: Uint8Array[] = []
  const server = createServer((socket) => noteFlowMods(socket, flowMods))
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  const folder = mkdtempSync(join(tmpdir(), 'heddle-of10-'))
  const file = join(folder, 'flows')
  writeFileSync(file, `${lines.join('\n')}\n`)
  try {
    await run('ovs-ofctl', [
      '-O',
      'OpenFlow10',
      '--no-names',
      '--timeout=60',
      'add-flows',
      `tcp:127.0.0.1:${port}`,
      file,
    ])
  } finally {
    await new Promise((done) => server.close(done))
    rmSync(folder, { recursive: true })
  }
  return flowMods
}

const withoutXid = (bytes: Uint8Array): string => toHex(bytes).replace(/^(.{8}).{8}/, '$1xxxxxxxx')

const compareWithOvs = async (t: Test, lines: readonly string[]): Promise<void> => {
  const theirs = await byOvsOfctl(lines)
  const pairs = (flowMods: readonly Uint8Array[]) => flowMods.map((bytes, at) => [lines[at], withoutXid(bytes)])
  t.same(pairs(lines.map((line) => encodeMessage(parseFlowMod(line)))), pairs(theirs))
}

const deleting = parseFlowMod('delete ')

const words = ['add', 'modify', 'modify_strict', 'delete', 'delete_strict']

t.test('a flow as text becomes the bytes that ovs-ofctl makes of it', async (t) => {
  if (!ovs(t)) return
  await compareWithOvs(t, [
    'actions=drop',
    'priority=5,in_port=1,actions=output:2',
    'in_port=LOCAL actions=LOCAL,all,flood,normal,in_port,3',
    'tcp,nw_src=10.0.0.0/8,nw_dst=192.168.0.0/255.255.0.0,tp_dst=80,actions=controller:128,CONTROLLER',
    'icmp,icmp_type=8,icmp_code=0,nw_tos=32,actions=controller(max_len=64)',
    'arp,arp_spa=10.0.0.1,arp_tpa=10.0.0.2,arp_op=1,actions=flood',
    'ip,nw_src=0.0.0.0/0,nw_proto=47,actions=drop',
    'dl_vlan=5,dl_vlan_pcp=3,actions=strip_vlan,output:1',
    'vlan_tci=0x0000,actions=mod_vlan_vid:7,mod_vlan_pcp:2,output:1',
    'dl_vlan=0xffff,actions=drop',
    'dl_type=0x88cc,dl_src=00:00:00:00:00:01,dl_dst=01:80:c2:00:00:0e,actions=CONTROLLER:65535',
    'udp,udp_src=53,eth_src=00:00:00:00:00:01,actions=mod_tp_dst:54,enqueue:1:7,enqueue(2,8)',
    'ip,actions=mod_dl_src:00:00:00:00:00:01,mod_dl_dst:00:00:00:00:00:02,mod_nw_src:1.2.3.4,mod_nw_tos:4,output:1',
    'cookie=0x1234,idle_timeout=10,hard_timeout=20,send_flow_rem,check_overlap,actions=drop',
    'cookie=0x1, duration=1.5s, n_packets=0, n_bytes=0, idle_age=1, priority=7,ip actions=NORMAL',
    'delete out_port=3',
    'modify_strict priority=9,in_port=65279 actions=drop',
  ])
})

t.test('flows printed for ovs-ofctl mean the same to it', async (t) => {
  if (!ovs(t)) return
  const flows = fc.sample(normalFlowMod, { numRuns: 300, seed: 11 }).map((flow) => ({
    ...flow,
    ...(flow.command >= 3 ? { actions: [] } : { outPort: 0xffff }),
  }))
  await compareWithOvs(
    t,
    flows.map((flow) => `${words[flow.command]} ${formatFlow(flow)}`),
  )
})

t.test('masks of vlan_tci that OpenFlow 1.0 can express are taken', (t) => {
  const match = (text: string) => parseFlowMod(`${text},actions=drop`).match
  t.same(match('vlan_tci=0x1005/0x1fff'), { dlVlan: 5 })
  t.same(match('vlan_tci=0x7000/0xf000'), { dlVlanPcp: 3 })
  t.same(match('vlan_tci=0x7005'), { dlVlan: 5, dlVlanPcp: 3 })
  t.same(match('vlan_tci=0x0000/0x1fff'), { dlVlan: 0xffff, dlVlanPcp: 0 })
  t.throws(() => match('vlan_tci=0x1000/0x1000'), TextSyntaxError)
  t.throws(() => match('vlan_tci=0x1005/0x1f0f'), TextSyntaxError)
  t.throws(() => match('vlan_tci=0x0005/0x0fff'), TextSyntaxError)
  t.end()
})

t.test('what OpenFlow 1.0 does not have is refused, with the part that is wrong', (t) => {
  const refuses = (text: string, at: string) => {
    try {
      parseFlowMod(text)
      t.fail(text)
    } catch (error) {
      t.ok(error instanceof TextSyntaxError && error.at === at, `${text}: ${(error as Error).message}`)
    }
  }
  refuses('metadata=5,actions=drop', 'metadata=5')
  refuses('in_port=70000,actions=drop', '70000')
  refuses('dl_src=00:00:00:00:00:00/01:00:00:00:00:00,actions=drop', '00:00:00:00:00:00/01:00:00:00:00:00')
  refuses('ip,nw_src=10.0.0.1/255.0.255.0,actions=drop', '10.0.0.1/255.0.255.0')
  refuses('ip,nw_tos=3,actions=drop', '3')
  refuses('actions=group:1', 'group:1')
  refuses('actions=mod_vlan_vid:4096', '4096')
  refuses('table=1,actions=drop', 'table=1')
  refuses('priority=1', 'priority=1')
  t.end()
})

t.test('any flow printed as text parses to the same flow', (t) => {
  fc.assert(
    fc.property(normalFlowMod, (flow) => {
      const printable =
        flow.command < 3
          ? { ...flow, xid: 0, bufferId: 0xffffffff, outPort: 0xffff }
          : { ...deleting, match: flow.match, command: flow.command, outPort: flow.outPort }
      assert.deepStrictEqual(parseFlowMod(formatFlow(printable), flow.command), printable)
    }),
    { numRuns: 1000 },
  )
  t.pass('1000 flows')
  t.end()
})

t.test('actions that no switch is asked for still print and parse', (t) => {
  fc.assert(
    fc.property(fc.array(vendorAction), (actions) => {
      assert.deepStrictEqual(parseActions10(formatActions10(actions)), actions)
    }),
  )
  t.same(parseActions10('drop'), [])
  t.end()
})
