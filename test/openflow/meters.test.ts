import { execFile } from 'node:child_process'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { promisify } from 'node:util'
import t from 'tap'
import { decodeMessage, encodeMessage } from '../../controller/openflow/messages/messages.ts'
import { Meter, MeterFlags } from '../../controller/openflow/messages/meter-band.ts'
import { type MeterMod, MeterModCommand } from '../../controller/openflow/messages/meter-mod.ts'
import { Framer } from '../../controller/openflow/stream/framer.ts'
import { formatMeter, parseMeterMod } from '../../controller/openflow/text/meter.ts'
import { TextSyntaxError } from '../../controller/openflow/wire/errors.ts'
import { fromHex, toHex } from '../../controller/openflow/wire/json.ts'
import { ovs } from '../support/needs.ts'
import { textOf } from '../vectors/load.ts'
import { isMessage, hexOf as lineHex, linesOf } from './message-lines.ts'
import { sameAsOfctl } from './ofctl.ts'
import { checkHostileLines, checkVectors } from './vectors-of.ts'

const commands: Readonly<Record<string, number>> = {
  'add-meter': MeterModCommand.ADD,
  'mod-meter': MeterModCommand.MODIFY,
  'del-meter': MeterModCommand.DELETE,
}

const hexOf = (message: MeterMod): string => toHex(encodeMessage(message))

t.test('vectors of meter-mod', (t) => {
  checkVectors(t, 29)
  t.end()
})

t.test('hostile meter-mods', (t) => {
  checkHostileLines(t, /\/meter-mod\/|short-body\/066/)
  t.end()
})

t.test('what was given to ovs-ofctl parses to the bytes that it sent', (t) => {
  for (const vector of linesOf(t, (line) => isMessage(line, 29))) {
    const [, command = '', text = ''] = /^(\S+) (.*)$/.exec(textOf(vector.line, 'input') ?? '') ?? []
    const number = commands[command]
    if (number === undefined) continue
    const hex = lineHex(vector)
    const { xid } = decodeMessage(fromHex(hex))
    t.equal(hexOf({ ...parseMeterMod(text, number), xid }), hex, `${vector.name}: ${text}`)
  }
  t.end()
})

t.test('a meter with bands of all types', (t) => {
  const message = decodeMessage(
    fromHex(
      '041d0050000000000000000e00000064' +
        '00010010000003e80000000a00000000' +
        '00020010000003e80000000a01000000' +
        'ffff0010000003e80000000a000003e7' +
        '000900100000000100000002aabbccdd',
    ),
  ) as MeterMod
  t.equal(message.flags, MeterFlags.PKTPS | MeterFlags.BURST | MeterFlags.STATS)
  t.same(message.bands, [
    { type: 'drop', rate: 1000, burstSize: 10 },
    { type: 'dscpRemark', rate: 1000, burstSize: 10, precLevel: 1 },
    { type: 'experimenter', rate: 1000, burstSize: 10, experimenter: 999, data: new Uint8Array() },
    { type: 'unknown', tag: 9, data: fromHex('0000000100000002aabbccdd') },
  ])
  t.end()
})

t.test('add-meter text', (t) => {
  t.match(parseMeterMod('meter=1,kbps,burst,stats,band=type=drop,rate=100,burst_size=50'), {
    type: 'meterMod',
    command: MeterModCommand.ADD,
    flags: MeterFlags.KBPS | MeterFlags.BURST | MeterFlags.STATS,
    meterId: 1,
    bands: [{ type: 'drop', rate: 100, burstSize: 50 }],
  })
  t.equal(parseMeterMod('meter=controller pktps bands= type=drop rate=1').meterId, Meter.CONTROLLER)
  t.match(parseMeterMod('meter=all', MeterModCommand.DELETE), { meterId: Meter.ALL, flags: 0, bands: [] })
  t.end()
})

t.test('what ovs-ofctl refuses is refused, with the part that is wrong', (t) => {
  const bad: Readonly<Record<string, RegExp>> = {
    'kbps,band=type=drop,rate=1': /meter= is missing/,
    'meter=0,kbps,band=type=drop,rate=1': /numbered from 1/,
    'meter=4294901761,kbps,band=type=drop,rate=1': /numbered from 1/,
    'meter=1,band=type=drop,rate=1': /kbps or pktps is missing/,
    'meter=1,kbps': /bands= is missing/,
    'meter=1,kbps,bands=': /bands= is missing/,
    'meter=1,kbps,band=rate=1': /starts with type=/,
    'meter=1,kbps,band=type=drop': /needs rate=/,
    'meter=1,kbps,band=type=drop,rate=1,burst_size=1': /burst_size= needs burst/,
    'meter=1,kbps,burst,band=type=drop,rate=1': /needs burst_size=/,
    'meter=1,kbps,band=type=dscp_remark,rate=1': /needs prec_level=/,
    'meter=1,kbps,band=type=teapot,rate=1': /number is expected/,
    'meter=constructor,kbps,band=type=drop,rate=1': /number is expected/,
    'meter=1,constructor,band=type=drop,rate=1': /is expected \(at "constructor"\)/,
    'meter=1,mbps,band=type=drop,rate=1': /is expected \(at "mbps"\)/,
    'meter=1,kbps,band=type=drop,rate=1,colour=red': /colour/,
    'meter=1,kbps,band=type=drop,rate=4294967296': /at most 4294967295/,
  }
  for (const [text, message] of Object.entries(bad))
    t.throws(() => parseMeterMod(text), { name: 'TextSyntaxError', message })
  t.throws(() => parseMeterMod('meter=x'), TextSyntaxError)
  t.end()
})

const meter = (body: Partial<MeterMod>): MeterMod => ({
  type: 'meterMod',
  xid: 3,
  command: MeterModCommand.ADD,
  flags: MeterFlags.KBPS,
  meterId: 1,
  bands: [{ type: 'drop', rate: 100, burstSize: 0 }],
  ...body,
})

const odd: Readonly<Record<string, MeterMod>> = {
  'no flags': meter({ flags: 0 }),
  'a flag without a name': meter({ flags: 0x11 }),
  'burst without its flag': meter({ bands: [{ type: 'drop', rate: 1, burstSize: 2 }] }),
  'no bands': meter({ bands: [] }),
  'meter 0': meter({ meterId: 0 }),
  'a reserved number': meter({ meterId: 0xffff1234 }),
  'an experimenter band': meter({
    bands: [{ type: 'experimenter', rate: 1, burstSize: 0, experimenter: 0x2320, data: fromHex('0102030405060708') }],
  }),
  'a band of an unknown type': meter({
    bands: [{ type: 'unknown', tag: 9, data: fromHex('000000010000000200000000') }],
  }),
}

t.test('text of a meter parses to the same bytes, also where ovs-ofctl cannot say it', (t) => {
  const plain = meter({
    flags: MeterFlags.PKTPS | MeterFlags.BURST,
    bands: [
      { type: 'dscpRemark', rate: 5, burstSize: 6, precLevel: 7 },
      { type: 'drop', rate: 8, burstSize: 9 },
    ],
  })
  t.equal(
    formatMeter(plain),
    'meter=1,pktps,burst,bands=type=dscp_remark,rate=5,burst_size=6,prec_level=7,type=drop,rate=8,burst_size=9',
  )
  for (const [name, message] of Object.entries({ ...odd, plain })) {
    t.equal(hexOf({ ...parseMeterMod(formatMeter(message)), xid: 3 }), hexOf(message), name)
  }
  const deletion = meter({ command: MeterModCommand.DELETE, flags: 0, bands: [], meterId: Meter.SLOWPATH })
  t.equal(formatMeter(deletion), 'meter=slowpath')
  t.equal(formatMeter(odd['no flags'] as MeterMod), 'meter=1,flags=0x0,bands=type=drop,rate=100')
  t.end()
})

t.test('meters read as ovs-ofctl shows them', (t) => {
  const named = (name: string): MeterMod => odd[name] as MeterMod
  sameAsOfctl(t, {
    'no flags': named('no flags'),
    'a flag without a name': named('a flag without a name'),
    'burst without its flag': named('burst without its flag'),
    'no bands': named('no bands'),
    'all meters': meter({ command: MeterModCommand.DELETE, meterId: Meter.ALL, flags: 0, bands: [] }),
    modified: meter({ command: MeterModCommand.MODIFY, flags: 0xd }),
  })
  t.end()
})

/** A switch that only notes the meter-mods it is sent. */
const noteMeterMods = (socket: Socket, noted: string[]): void => {
  const framer = new Framer({
    frame(_view, bytes, start, end) {
      const message = decodeMessage(bytes.slice(start, end))
      if (message.type === 'meterMod') noted.push(hexOf({ ...message, xid: 3 }))
      if (message.type === 'barrierRequest') socket.write(encodeMessage({ ...message, type: 'barrierReply' }))
      return true
    },
    error: () => false,
  })
  socket.on('error', () => {})
  socket.on('data', (chunk) => framer.push(chunk))
  socket.write(fromHex('0400000800000001'))
}

t.test('ovs-ofctl takes our text and sends the same meter', async (t) => {
  if (!ovs(t)) return
  const messages = [
    meter({ flags: 0xf, bands: [{ type: 'drop', rate: 1, burstSize: 2 }] }),
    meter({
      meterId: Meter.CONTROLLER,
      flags: MeterFlags.PKTPS,
      bands: [
        { type: 'dscpRemark', rate: 3, burstSize: 0, precLevel: 5 },
        { type: 'drop', rate: 4294967295, burstSize: 0 },
      ],
    }),
    meter({ meterId: Meter.MAX, command: MeterModCommand.MODIFY }),
    meter({ meterId: Meter.ALL, command: MeterModCommand.DELETE, flags: 0, bands: [] }),
  ]
  const noted: string[] = []
  const server = createServer((socket) => noteMeterMods(socket, noted))
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  for (const message of messages) {
    const command = Object.keys(commands)[message.command] ?? ''
    const options = ['-O', 'OpenFlow13', '--timeout=60', command, `tcp:127.0.0.1:${port}`, formatMeter(message)]
    await promisify(execFile)('ovs-ofctl', options)
  }
  await new Promise((done) => server.close(done))
  t.same(noted, messages.map(hexOf))
})
