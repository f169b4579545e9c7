import t, { type Test } from 'tap'
import {
  encodeMessage,
  formatPacketOut,
  NO_BUFFER,
  type PacketOut,
  Port,
  parseActions,
  parsePacketOut,
  TextSyntaxError,
} from '../../controller/openflow/index.ts'

const packetOut: PacketOut = {
  type: 'packetOut',
  xid: 0,
  bufferId: NO_BUFFER,
  inPort: 3,
  actions: parseActions('set_field:0x5->reg0,output:1'),
  data: Uint8Array.of(0xff, 0x00, 0x0a),
}

t.test('a packet-out is parsed as ovs-ofctl parses it', (t) => {
  t.same(parsePacketOut('in_port=3 packet=ff000a actions=set_field:0x5->reg0,output:1'), packetOut)
  t.same(parsePacketOut('in_port=3,packet=ff.00.0A,actions=set_field:0x5->reg0,output:1'), packetOut)
  t.match(parsePacketOut('packet=ff actions=flood'), { inPort: Port.CONTROLLER })
  t.match(parsePacketOut('in_port=local packet=ff actions=TABLE'), { inPort: Port.LOCAL })
  t.match(parsePacketOut('in_port=3 buffer_id=0x10 actions=drop'), {
    bufferId: 16,
    actions: [],
    data: new Uint8Array(),
  })
  t.end()
})

t.test('a packet-out prints as it is parsed', (t) => {
  const text = 'in_port=3 packet=ff000a actions=set_field:0x5->reg0,output:1'
  t.equal(formatPacketOut(packetOut), text)
  const buffered = { ...packetOut, bufferId: 16, data: new Uint8Array() }
  t.equal(formatPacketOut(buffered), 'in_port=3 buffer_id=16 actions=set_field:0x5->reg0,output:1')
  for (const one of [packetOut, buffered, { ...packetOut, actions: [], inPort: Port.CONTROLLER }]) {
    t.same(encodeMessage(parsePacketOut(formatPacketOut(one))), encodeMessage(one))
  }
  t.end()
})

const refuses = (t: Test, text: string, at: string): void => {
  try {
    parsePacketOut(text)
    t.fail(`${text} was taken`)
  } catch (error) {
    t.ok(error instanceof TextSyntaxError, `${text}: ${(error as Error).message}`)
    t.equal((error as TextSyntaxError).at, at, text)
  }
}

t.test('what is wrong with a packet-out is named', (t) => {
  refuses(t, 'in_port=3 packet=ff', 'in_port=3 packet=ff')
  refuses(t, 'in_port=nowhere packet=ff actions=drop', 'nowhere')
  refuses(t, 'packet=fff actions=drop', 'fff')
  refuses(t, 'packet=xy actions=drop', 'xy')
  refuses(t, 'buffer_id=4294967296 actions=drop', '4294967296')
  refuses(t, 'table=3 packet=ff actions=drop', 'table=3')
  refuses(t, 'packet=ff actions=nosuch', 'nosuch')
  t.end()
})
