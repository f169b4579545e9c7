import assert from 'node:assert/strict'
import t from 'tap'
import { PacketInView } from '../../controller/openflow/hot/packet-in-view.ts'
import { type Match10, NO_VLAN } from '../../controller/openflow/of10/match.ts'
import { decodeMessage, encodeMessage, type Message10 } from '../../controller/openflow/of10/messages.ts'
import {
  FLOW_MOD_LENGTH,
  flowModTemplate,
  PACKET_OUT_LENGTH,
  writeFlowMod,
  writePacketOut,
  writePacketOutData,
} from '../../controller/openflow/of10/templates.ts'
import { ProtocolError } from '../../controller/openflow/wire/errors.ts'
import { fromHex } from '../../controller/openflow/wire/json.ts'
import fc from '../support/random.ts'
import { anyMessages, mac, u8, u16, u32 } from './of10-samples.ts'

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** A message somewhere in a larger buffer, as a socket delivers it. */
const amidst = (message: Uint8Array, before: number): DataView => {
  const bytes = new Uint8Array(before + message.length + 5).fill(0xee)
  bytes.set(message, before)
  return viewOf(bytes)
}

t.test('a packet-in read in place shows what decoding shows', (t) => {
  const view = new PacketInView()
  fc.assert(
    fc.property(anyMessages.packetIn, u8, (message, before) => {
      const bytes = encodeMessage(message)
      view.reset10(amidst(bytes, before), before, before + bytes.length)
      assert.deepStrictEqual(
        {
          type: 'packetIn',
          xid: view.xid,
          bufferId: view.bufferId,
          totalLen: view.totalLength,
          inPort: view.inPort & 0xffff,
          reason: view.reason,
          data: view.data(),
        },
        message,
      )
      assert.equal(view.dataStart + view.dataLength, view.end)
    }),
  )
  t.throws(() => view.reset10(viewOf(new Uint8Array(17)), 0, 17), ProtocolError)
  t.end()
})

const hex = (value: number, bytes: number): string => value.toString(16).padStart(bytes * 2, '0')

interface Frame {
  readonly dlSrc: number
  readonly dlDst: number
  readonly tag: { readonly vid: number; readonly pcp: number } | undefined
}

const frame = fc.record({
  dlSrc: mac,
  dlDst: mac,
  tag: fc.option(fc.record({ vid: fc.integer({ min: 0, max: 4095 }), pcp: fc.integer({ min: 0, max: 7 }) }), {
    nil: undefined,
  }),
})

const ethernet = ({ dlSrc, dlDst, tag }: Frame): string =>
  hex(dlDst, 6) + hex(dlSrc, 6) + (tag ? `8100${hex(tag.vid | (tag.pcp << 13), 2)}` : '')

/** The match of everything about a frame, but for what a test adds. */
const exact = ({ dlSrc, dlDst, tag }: Frame, inPort: number, fields: Match10): Match10 => ({
  inPort,
  dlSrc,
  dlDst,
  dlVlan: tag?.vid ?? NO_VLAN,
  dlVlanPcp: tag?.pcp ?? 0,
  nwTos: 0,
  nwProto: 0,
  nwSrc: { address: 0, prefix: 32 },
  nwDst: { address: 0, prefix: 32 },
  tpSrc: 0,
  tpDst: 0,
  ...fields,
})

const packetIn = (inPort: number, packet: string): Extract<Message10, { type: 'packetIn' }> => {
  const data = fromHex(packet)
  return { type: 'packetIn', xid: 0x8badf00d, bufferId: 0xdecade, totalLen: data.length, inPort, reason: 0, data }
}

/** The message that the hot path answers a packet-in with. */
const answer = (message: Message10, outPort: number): Message10 => {
  const bytes = encodeMessage(message)
  const view = new PacketInView().reset10(amidst(bytes, 3), 3, 3 + bytes.length)
  const out = new Uint8Array(FLOW_MOD_LENGTH + 20).fill(0xee)
  writeFlowMod(viewOf(out), 10, template, view, outPort)
  assert.ok([...out.subarray(0, 10), ...out.subarray(10 + FLOW_MOD_LENGTH)].every((byte) => byte === 0xee))
  return decodeMessage(out.subarray(10, 10 + FLOW_MOD_LENGTH))
}

const options = { cookie: 0x1122334455667788n, idleTimeout: 5, hardTimeout: 60, priority: 9, flags: 1 }
const template = flowModTemplate(options)

/** Requires the flow that sends packets such as this one out by port 2. */
const requireFlow = (inPort: number, packet: string, match: Match10): void => {
  assert.deepStrictEqual(answer(packetIn(inPort, packet), 2), {
    type: 'flowMod',
    xid: 0x8badf00d,
    match,
    command: 0,
    bufferId: 0xdecade,
    outPort: 0xffff,
    actions: [{ type: 'output', port: 2, maxLen: 0 }],
    ...options,
  })
}

const prefix = (address: number) => ({ address, prefix: 32 })

const ipv4 = (proto: number, tos: number, source: number, destination: number, fragment = 0): string =>
  `080045${hex(tos, 1)}00280000${hex(fragment, 2)}40${hex(proto, 1)}0000${hex(source, 4)}${hex(destination, 4)}`

t.test('TCP and UDP packets are matched up to their ports', (t) => {
  fc.assert(
    fc.property(frame, u16, fc.constantFrom(6, 17), u8, u32, u32, u16, u16, (...sample) => {
      const [head, inPort, nwProto, tos, source, destination, tpSrc, tpDst] = sample
      const packet = `${ethernet(head)}${ipv4(nwProto, tos, source, destination)}${hex(tpSrc, 2)}${hex(tpDst, 2)}0000`
      const ip = { dlType: 0x800, nwTos: tos & 0xfc, nwProto, nwSrc: prefix(source), nwDst: prefix(destination) }
      requireFlow(inPort, packet, exact(head, inPort, { ...ip, tpSrc, tpDst }))
    }),
  )
  t.pass('as the frame says')
  t.end()
})

const plain = { dlSrc: 0x020000000001, dlDst: 0x020000000002, tag: undefined }
const head = ethernet(plain)
const addresses = { nwSrc: prefix(0x0a000001), nwDst: prefix(0x0a000002) }

t.test('ICMP type and code stand where ports do', (t) => {
  const packet = `${head}${ipv4(1, 0, 0x0a000001, 0x0a000002)}0304ffff`
  requireFlow(1, packet, exact(plain, 1, { dlType: 0x800, nwProto: 1, ...addresses, tpSrc: 3, tpDst: 4 }))
  t.pass('type 3, code 4')
  t.end()
})

t.test('ports are looked for behind IPv4 options, and not in fragments or cut packets', (t) => {
  const udp = { dlType: 0x800, nwProto: 17, ...addresses }
  const header = ipv4(17, 0, 0x0a000001, 0x0a000002)
  const withOptions = `${head}${header.replace(/^080045/, '080046')}01010101${'00350035'}`
  requireFlow(1, withOptions, exact(plain, 1, { ...udp, tpSrc: 53, tpDst: 53 }))
  for (const fragment of [0x2000, 0x0001]) {
    requireFlow(1, `${head}${ipv4(17, 0, 0x0a000001, 0x0a000002, fragment)}00350035`, exact(plain, 1, udp))
  }
  requireFlow(1, `${head}${header}003500`, exact(plain, 1, udp))
  requireFlow(1, `${head}${header.slice(0, -2)}`, exact(plain, 1, { dlType: 0x800 }))
  t.pass('five packets')
  t.end()
})

t.test('ARP is matched by its opcode and IPv4 addresses', (t) => {
  fc.assert(
    fc.property(frame, u32, u32, fc.constantFrom(1, 2), (sample, sender, target, opcode) => {
      const body = `0806000108000604${hex(opcode, 2)}${hex(1, 6)}${hex(sender, 4)}${hex(2, 6)}${hex(target, 4)}`
      const arp = { dlType: 0x806, nwProto: opcode, nwSrc: prefix(sender), nwDst: prefix(target) }
      requireFlow(3, `${ethernet(sample)}${body}`, exact(sample, 3, arp))
    }),
  )
  requireFlow(3, `${head}0806000108000604`, exact(plain, 3, { dlType: 0x806 }))
  t.pass('and a cut ARP packet by nothing more')
  t.end()
})

t.test('other frames are matched by their EtherType, or by having none', (t) => {
  requireFlow(1, `${head}86dd6000`, exact(plain, 1, { dlType: 0x86dd }))
  requireFlow(1, `${head}0026424203`, exact(plain, 1, { dlType: 0x05ff }))
  requireFlow(1, `${head}0026aaaa030000000800`, exact(plain, 1, { dlType: 0x800 }))
  requireFlow(1, `${head}8100`, exact(plain, 1, { dlType: 0x8100 }))
  t.throws(() => answer(packetIn(1, head), 2), ProtocolError, 'a frame without a type is no Ethernet frame')
  t.end()
})

t.test('packet-outs written in place are what the codec writes', (t) => {
  fc.assert(
    fc.property(u32, u32, u16, u16, fc.uint8Array({ maxLength: 70 }), u8, (...sample) => {
      const [xid, bufferId, inPort, port, data, before] = sample
      const actions = [{ type: 'output', port, maxLen: 0 }] as const
      const out = new Uint8Array(before + PACKET_OUT_LENGTH + data.length)
      writePacketOut(viewOf(out), before, xid, bufferId, inPort, port)
      const buffered = { type: 'packetOut', xid, bufferId, inPort, actions, data: new Uint8Array() } as const
      assert.deepStrictEqual(out.slice(before, before + PACKET_OUT_LENGTH), encodeMessage(buffered))
      const source = amidst(data, before)
      writePacketOutData(viewOf(out), before, xid, inPort, port, source, before, before + data.length)
      assert.deepStrictEqual(out.slice(before), encodeMessage({ ...buffered, bufferId: 0xffffffff, data }))
    }),
  )
  t.pass('with and without a buffer')
  t.end()
})
