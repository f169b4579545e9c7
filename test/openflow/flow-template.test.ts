import t from 'tap'
import {
  decodeMessage,
  encodeMessage,
  type FlowMod,
  flowTemplate,
  match,
  NO_BUFFER,
  PacketInView,
  Slab,
  writeFlowFor,
} from '../../controller/openflow/index.ts'

const flow = (fields: FlowMod['match'], port: number, bufferId: number): FlowMod => ({
  ...({ type: 'flowMod', xid: 0, cookie: 7n, cookieMask: 0n, tableId: 3, command: 0, idleTimeout: 60 } as const),
  ...{ hardTimeout: 0, priority: 9, bufferId, outPort: 0xffff_ffff, outGroup: 0xffff_ffff, flags: 1, match: fields },
  instructions: [
    { type: 'meter', meterId: 5 },
    {
      type: 'applyActions',
      actions: [
        { type: 'group', groupId: 4 },
        { type: 'output', port, maxLen: 0 },
      ],
    },
  ],
})

const packetIn = (bufferId: number, data: Uint8Array): PacketInView => {
  const bytes = encodeMessage({
    ...({ type: 'packetIn', xid: 0, bufferId, totalLen: data.length, reason: 0, tableId: 0, cookie: 0n } as const),
    ...{ match: match({ inPort: 12 }), data },
  })
  return new PacketInView().reset(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), 0, bytes.length)
}

const frame = Uint8Array.from([2, 1, 2, 3, 4, 5, 6, 0xa, 0xb, 0xc, 0xd, 0xe, 8, 0, 1, 2, 3])
const [ethDst, ethSrc] = [0x020102030405, 0x060a0b0c0d0e]

const written = (fields: FlowMod['match'], bufferId: number): { flow: unknown; sent: boolean } => {
  const slab = new Slab()
  const sent = writeFlowFor(slab, flowTemplate(flow(fields, 0, NO_BUFFER)), packetIn(bufferId, frame), 42)
  return { flow: decodeMessage(slab.chunk()), sent }
}

t.test('the flow of a template takes port and addresses of the packet, and its buffer', async (t) => {
  const stamped = written(match({ inPort: 0, ethDst: 0, ethSrc: 0 }), 99)
  t.same(stamped.flow, flow(match({ inPort: 12, ethDst, ethSrc }), 42, 99))
  t.equal(stamped.sent, true)
})

t.test('fields that a template does not match, or matches under a mask, stay as they are', async (t) => {
  const multicast = { value: 0x010000000000, mask: 0x010000000000 }
  const fields = match({ ethSrc: 0, ethType: 0x0800, ipv4Dst: 0x0a000001, ethDst: multicast })
  const same = match({ ethSrc, ethType: 0x0800, ipv4Dst: 0x0a000001, ethDst: multicast })
  t.same(written(fields, 1).flow, flow(same, 42, 1))
})

t.test('a packet that is in no buffer does not go with the flow', async (t) => {
  t.equal(written(match({ inPort: 0 }), NO_BUFFER).sent, false)
  t.equal(written(match({ inPort: 0 }), 0).sent, true, 'buffer 0 is one')
})

t.test('a packet without an Ethernet header is refused', async (t) => {
  const template = flowTemplate(flow(match({ inPort: 0 }), 0, NO_BUFFER))
  const slab = new Slab()
  t.throws(() => writeFlowFor(slab, template, packetIn(1, frame.subarray(0, 13)), 1), RangeError)
  t.equal(slab.pending, 0)
})
