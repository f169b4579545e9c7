import t from 'tap'
import { type Layout, layoutOf } from '../../bench/throughput/generator/layout.ts'
import { Tally, Verdict } from '../../bench/throughput/generator/tally.ts'
import { Window } from '../../bench/throughput/generator/window.ts'
import type { AnsweredBy, OpenFlowVersion } from '../../bench/throughput/job.ts'
import { encodeMessage, type FlowMod, match, NO_BUFFER, of10, PacketInView } from '../../controller/openflow/index.ts'

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** The switch with number 5, its packet-ins taken as if they had been sent. */
const sending = (openflow: OpenFlowVersion = '1.3', answeredBy: AnsweredBy = 'buffer', macs = 4) => {
  const layout: Layout = layoutOf(openflow, 1n)
  const window = new Window({ layout, size: 8, macs, number: 5, moving: answeredBy === 'address' })
  window.fill()
  const packetIns: Uint8Array[] = []
  for (let bytes = window.take(); bytes; bytes = window.take()) packetIns.push(bytes.slice())
  const tally = new Tally(layout, window, answeredBy)
  const verdict = (bytes: Uint8Array): number => tally.message(viewOf(bytes), 0, bytes.length)
  return { window, packetIns: Buffer.concat(packetIns), length: layout.packetIn.length, verdict }
}

const packetOut = (bufferId: number, data = new Uint8Array()): Uint8Array =>
  encodeMessage({ type: 'packetOut', xid: 0, bufferId, inPort: 1, actions: [], data })

const flowMod = (bufferId: number, fields: FlowMod['match']): FlowMod => ({
  ...({ type: 'flowMod', xid: 0, cookie: 0n, cookieMask: 0n, tableId: 0, command: 0, idleTimeout: 0 } as const),
  ...{ hardTimeout: 0, priority: 1, bufferId, outPort: 0xffff_ffff, outGroup: 0xffff_ffff, flags: 0 },
  ...{ match: fields, instructions: [] },
})

t.test('an emulated switch sends packet-ins that are whole and differ', async (t) => {
  const { packetIns, length } = sending()
  const packet = new PacketInView()
  const seen = [0, 1, 2, 3, 4].map((slot) => {
    packet.reset(viewOf(packetIns), slot * length, (slot + 1) * length)
    const { view, dataStart } = packet
    return [packet.bufferId, packet.inPort, view.getUint32(dataStart + 8), view.getUint32(dataStart + 2)]
  })
  const host = (index: number): number => 0x0500_0000 + index
  t.same(seen, [
    [0, 1, host(0), host(3)],
    [1, 2, host(1), host(0)],
    [2, 3, host(2), host(1)],
    [3, 4, host(3), host(2)],
    [4, 1, host(0), host(3)],
  ])
})

t.test('an answer counts once, and only where its packet-in waits', async (t) => {
  const { verdict, window } = sending()
  t.equal(verdict(packetOut(3)), Verdict.ANSWER)
  t.equal(verdict(packetOut(3)), Verdict.NOT_ASKED, 'a second time')
  t.equal(verdict(packetOut(8)), Verdict.NOT_ASKED, 'never sent')
  t.equal(verdict(packetOut(0x8000_0000)), Verdict.NOT_ASKED, 'no such buffer')
  t.equal(verdict(encodeMessage(flowMod(0, []))), Verdict.ANSWER)
  t.equal(window.span, 7)
  t.equal(verdict(encodeMessage({ type: 'echoRequest', xid: 1, data: new Uint8Array() })), Verdict.OTHER)
})

t.test('a packet-out with the packet itself is an answer by its addresses', async (t) => {
  const { verdict, packetIns, length } = sending()
  const packet = packetIns.subarray(length - 64, length)
  t.equal(verdict(packetOut(NO_BUFFER, packet)), Verdict.ANSWER)
  const stranger = packet.slice()
  stranger[8] = 9
  t.equal(verdict(packetOut(NO_BUFFER, stranger)), Verdict.NOT_ASKED)
})

t.test('a flow without the buffer loses the packet: no answer', async (t) => {
  const { verdict } = sending()
  t.equal(verdict(encodeMessage(flowMod(NO_BUFFER, match({ ethSrc: 0x020005000001 })))), Verdict.NOT_ASKED)
})

t.test('where flows are asked for, one in a bundle for the source address is the answer', async (t) => {
  const { verdict } = sending('1.3', 'address', 16)
  const add = (mac: number): Uint8Array =>
    encodeMessage({
      ...({ type: 'bundleAdd', xid: 1, bundleId: 1, flags: 0, properties: new Uint8Array() } as const),
      message: flowMod(NO_BUFFER, match({ inPort: 2, ethSrc: mac })),
    })
  t.equal(verdict(add(0x020005000001)), Verdict.ANSWER)
  t.equal(verdict(add(0x020005000001)), Verdict.NOT_ASKED)
  t.equal(verdict(add(0x020005000009)), Verdict.NOT_ASKED, 'a host that sent nothing')
})

t.test('OpenFlow 1.0 answers are found too', async (t) => {
  const { verdict } = sending('1.0')
  const common = { xid: 0, bufferId: 1, actions: [] } as const
  t.equal(
    verdict(of10.encodeMessage({ type: 'packetOut', inPort: 1, data: new Uint8Array(), ...common })),
    Verdict.ANSWER,
  )
  const flow = { match: {}, cookie: 0n, command: 0, idleTimeout: 0, hardTimeout: 0, priority: 1, outPort: 0, flags: 0 }
  t.equal(verdict(of10.encodeMessage({ type: 'flowMod', ...common, ...flow, bufferId: 2 })), Verdict.ANSWER)
})

t.test('what nobody answered is sent again as it was, and the window goes on behind it', async (t) => {
  const { verdict, window, packetIns, length } = sending()
  for (const bufferId of [1, 2, 3, 4, 5, 6, 7]) verdict(packetOut(bufferId))
  window.fill()
  t.equal(window.take(), undefined, 'the oldest holds the window')
  t.same(Buffer.concat(window.again(10)), packetIns.subarray(0, length))
  verdict(packetOut(0))
  window.fill()
  t.equal(window.take()?.length, 8 * length)
})
