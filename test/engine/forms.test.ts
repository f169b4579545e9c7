import { connect } from 'node:net'
import { duplexPair } from 'node:stream'
import t, { type Test } from 'tap'
import { type App, defineApp } from '../../controller/index.ts'
import { decodeMessage, encodeMessage, Framer, type MessageNamed, match } from '../../controller/openflow/index.ts'
import { SimSwitch } from '../../topology/sim/index.ts'
import { engineFor, type Running, sleep, synced, toldOf, until } from './lab.ts'

type Stats = MessageNamed<'flowStatsReply'>['flows'][number]

const MULTIPART_REPLY = 19
const FLOW_MOD = 14
const bundleAdd = 2301

interface Odd {
  readonly sw: SimSwitch
  /** Flow-mods that came, those in bundles too. */
  readonly sent: () => number
}

/** A simulated switch that reports its flows in a form of its own. */
const oddSwitch = (t: Test, port: number, form: (flow: Stats) => Stats): Odd => {
  const sw = new SimSwitch({ dpid: 1n, ports: [1, 2] })
  const socket = connect(port, '127.0.0.1')
  const [ours, theirs] = duplexPair()
  sw.connect(theirs)
  let sent = 0
  const toSwitch = new Framer({
    frame: (view, bytes, start, end) => {
      const type = view.getUint8(start + 1)
      if (type === FLOW_MOD || (type === 4 && view.getUint32(start + 12) === bundleAdd)) sent++
      return ours.write(bytes.slice(start, end)) || true
    },
    error: () => false,
  })
  const toController = new Framer({
    frame: (view, bytes, start, end) => {
      const frame = bytes.slice(start, end)
      const message = view.getUint8(start + 1) === MULTIPART_REPLY ? decodeMessage(frame) : undefined
      const isStats = message?.type === 'flowStatsReply'
      return socket.write(isStats ? encodeMessage({ ...message, flows: message.flows.map(form) }) : frame) || true
    },
    error: () => false,
  })
  socket.on('data', (chunk: Buffer) => toSwitch.push(chunk))
  ours.on('data', (chunk: Buffer) => toController.push(chunk))
  t.teardown(() => {
    socket.destroy()
    sw.close()
  })
  return { sw, sent: () => sent }
}

const app = defineApp({
  name: 'forms',
  pipeline: ['only'],
  collections: {},
  rules: {
    all: {
      flows: ({ stages: { only } }) => [
        only.otherwise.drop('not for us'),
        only.when({ inPort: 1, ethType: 0x800 }).output(2),
        only.when({ inPort: 2 }).output(1),
      ],
    },
  },
}) as unknown as App

const start = async (t: Test, form: (flow: Stats) => Stats): Promise<Odd & { running: Running }> => {
  const running = engineFor(t)
  running.engine.load(app)
  const { port } = await running.engine.listen({ port: 0 })
  const odd = oddSwitch(t, port, form)
  await until('it is up', () => synced(running) > 0)
  return { ...odd, running }
}

const isInSync = ({ engine }: Running): boolean => engine.switches.get(1n)?.keeper.inSync === true

/** Reads the switch again, as after a doubt. */
const readAgain = async (running: Running): Promise<void> => {
  running.engine.switches.get(1n)?.keeper.doubt()
  await until('it is read', () => isInSync(running))
  await sleep(50)
}

t.test('a flow that a switch reports with other instructions is repaired once, reported, and left', async (t) => {
  const form = (flow: Stats): Stats => (flow.priority === 0 ? { ...flow, idleTimeout: 9 } : flow)
  const { running, sent } = await start(t, form)
  t.equal(sent(), 3)
  await readAgain(running)
  t.equal(sent(), 4, 'one repair')
  const told = toldOf(running, /another form/)
  t.match(told, [{ message: /holds a flow of forms\/all in another form than it was sent; it is left so/ }])
  for (let count = 0; count < 3; count++) await readAgain(running)
  t.equal(sent(), 4, 'and no more')
  t.equal(toldOf(running, /another form/).length, 1)
})

t.test('a flow that a switch reports with another match is not taken away', async (t) => {
  const form = (flow: Stats): Stats =>
    flow.match.length === 2 ? { ...flow, match: match({ inPort: 1, ethType: 0x800, ipDscp: 0 }) } : flow
  const { running, sent, sw } = await start(t, form)
  for (let count = 0; count < 4; count++) await readAgain(running)
  t.equal(sent(), 4, 'it is sent once more')
  t.equal([...sw.tables].length, 3, 'all flows are there')
  t.equal(toldOf(running, /another form/).length, 1)
})

t.test('what somebody changes again and again is repaired again and again', async (t) => {
  const { running, sent, sw } = await start(t, (flow) => flow)
  for (let count = 1; count <= 5; count++) {
    const [ours, theirs] = duplexPair()
    sw.connect(theirs)
    ours.on('data', () => undefined)
    ours.write(Buffer.from('0400000800000000', 'hex'))
    ours.end(
      encodeMessage({
        ...({ type: 'flowMod', xid: 1, cookie: 0n, cookieMask: 0n, tableId: 0, command: 1 } as const),
        ...{ idleTimeout: 0, hardTimeout: 0, priority: 0, bufferId: 0xffff_ffff, outPort: 0xffff_ffff },
        ...{ outGroup: 0xffff_ffff, flags: 0, match: match({ inPort: 2 }), instructions: [] },
      }),
    )
    await until(`repair ${count}`, () => sent() === 3 + count && isInSync(running))
  }
  t.equal(toldOf(running, /modified by somebody else: forms\/all, repaired/).length, 5)
  t.equal(toldOf(running, /another form/).length, 0)
})
