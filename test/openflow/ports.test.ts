import t from 'tap'
import { Port } from '../../controller/openflow/fields/port-text.ts'
import { decodeMessage, encodeMessage, type MessageNamed } from '../../controller/openflow/messages/messages.ts'
import {
  PortConfig,
  type PortDesc,
  PortFeatures,
  PortReason,
  PortState,
} from '../../controller/openflow/messages/port.ts'
import { fromHex } from '../../controller/openflow/wire/json.ts'
import { sameAsOfctl } from './ofctl.ts'
import { checkHostileLines, checkVectors } from './vectors-of.ts'

const port: PortDesc = {
  portNo: 7,
  hwAddr: 0xaa55aa550007,
  name: 'veth7',
  config: 0,
  state: PortState.LIVE,
  curr: 0,
  advertised: 0,
  supported: 0,
  peer: 0,
  currSpeed: 0,
  maxSpeed: 0,
}

const status = (desc: Partial<PortDesc>, reason: number = PortReason.MODIFY): MessageNamed<'portStatus'> => ({
  type: 'portStatus',
  xid: 5,
  reason,
  desc: { ...port, ...desc },
})

const mod = (body: Partial<MessageNamed<'portMod'>>): MessageNamed<'portMod'> => ({
  type: 'portMod',
  xid: 5,
  portNo: 1,
  hwAddr: 0xaa55aa550001,
  config: 0,
  mask: 0,
  advertise: 0,
  ...body,
})

t.test('vectors of port and table messages', (t) => {
  checkVectors(t, 12, 16, 17)
  t.end()
})

t.test('hostile port messages', (t) => {
  checkHostileLines(t, /\/port\/|(long|short)-body.*0(09|22|38)$/)
  t.end()
})

t.test('a port that comes up with its features', (t) => {
  const message = decodeMessage(
    fromHex(
      '040c00500000000002000000000000000000000100000000ffffffffffff0000' +
        '657468300000000000000000000000000000000000000004000028080000280800002808000028080000c350000186a0',
    ),
  ) as MessageNamed<'portStatus'>
  t.equal(message.reason, PortReason.MODIFY)
  t.match(message.desc, { portNo: 1, hwAddr: 0xffffffffffff, name: 'eth0', currSpeed: 50_000, maxSpeed: 100_000 })
  t.equal(message.desc.state, PortState.LIVE)
  t.equal(message.desc.curr, PortFeatures['100MB_FD'] | PortFeatures.COPPER | PortFeatures.AUTONEG)
  t.end()
})

t.test('a name may fill all 16 bytes, and one too long is refused', (t) => {
  const named = (name: string) =>
    (decodeMessage(encodeMessage(status({ name }))) as MessageNamed<'portStatus'>).desc.name
  t.equal(named('sixteen-bytes-ab'), 'sixteen-bytes-ab')
  t.throws(() => named('seventeen-bytes-a'), { message: 'portStatus.desc.name: 17 bytes; at most 16 fit' })
  t.end()
})

t.test('ports read as ovs-ofctl shows them', (t) => {
  const all = Object.values(PortFeatures).reduce((sum, bit) => sum | bit, 0)
  sameAsOfctl(t, {
    'a port that is added': status({}, PortReason.ADD),
    'a port that goes': status({ state: PortState.LINK_DOWN, config: PortConfig.PORT_DOWN }, PortReason.DELETE),
    'every bit that has a name': status({
      config: 0x65,
      state: 7,
      curr: all,
      advertised: 1,
      supported: 0xf0,
      peer: 0x8000,
    }),
    'bits without a name': status({ config: 0xffffffff, state: 0xffffffff, curr: 0xffff0000 }),
    'the local port, fast': status({ portNo: Port.LOCAL, name: 'br0', currSpeed: 10_000_000, maxSpeed: 40_000_999 }),
    'a name that does not print': status({ name: 'a\u0001b' }),
    'a port that is set': mod({
      config: PortConfig.NO_FWD,
      mask: PortConfig.NO_FWD | PortConfig.NO_RECV,
      advertise: all,
    }),
    'no change': mod({ portNo: Port.LOCAL }),
    'a table that is set': { type: 'tableMod', xid: 1, tableId: 3, config: 3 },
    'all tables': { type: 'tableMod', xid: 1, tableId: 255, config: 0 },
  })
  t.end()
})
